"""The spec of SCRUB."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import Needs, used_if
from core.specs.methods.iterative import AUTHORS, Iterative, batch, length, passes, rate


class Scrub(Iterative):
    """Leave a teacher on the forget set and stay with it on the retain set, in turns."""

    title: ClassVar[str] = "SCRUB"
    about: ClassVar[str] = (
        "Moves away from the original's output on the forget set and back to it on the retain set, in turns."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2302.09880"
    needs: ClassVar[Needs] = Needs("forget", "retain")
    published: ClassVar[str] = (
        "3 passes at a learning rate of 5e-4, the first 2 with steps away, temperature 4, gamma 0.99, alpha 0.001, "
        "batches of 128 and, of the forget set, 32"
    )
    departures: ClassVar[tuple[str, ...]] = (
        "Departure from its authors: the rate stays where it is; theirs falls to a tenth for the last pass.",
    )

    name: Literal["scrub"] = "scrub"
    gamma: float = Field(0.99, ge=0, le=10, description="weight of the cross-entropy of retained images")
    alpha: float = Field(
        0.001, ge=0, le=10, description="weight of the divergence from the original on retained images"
    )
    temperature: float = Field(4.0, gt=0, le=100, description="what logits are divided by before the divergence")
    msteps: int = Field(
        2, ge=0, le=200, description="passes that begin with steps away", json_schema_extra=used_if(AUTHORS)
    )
    epochs: int = passes(3)
    learning_rate: float = rate(2e-3)
    batch_size: int = batch(32)
    step: float = length(3e-3)
