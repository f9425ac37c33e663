"""The spec of Boundary shrink."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, batch, rate


class BoundaryShrink(Iterative):
    """Trains the forget set on the nearest other class."""

    title: ClassVar[str] = "Boundary shrink"
    about: ClassVar[str] = "Trains the forget images on the class whose decision boundary is nearest to each."
    paper: ClassVar[str] = "https://arxiv.org/abs/2303.11570"
    needs: ClassVar[Needs] = Needs("forget")
    published: ClassVar[str] = "10 passes at a learning rate of 1e-5 or less, with a bound of 0.1"
    departures: ClassVar[tuple[str, ...]] = (
        "Departure from its authors: the nearest class is never the true class; in their code it can be.",
    )

    name: Literal["boundary-shrink"] = "boundary-shrink"
    bound: float = Field(
        0.1,
        gt=0,
        le=1,
        description="maximum change per pixel (range 0 to 1) in the search for the nearest class",
    )
    learning_rate: float = rate(5e-4)
    batch_size: int = batch(128)
