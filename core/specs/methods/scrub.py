"""The spec of SCRUB."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import Needs, used_if
from core.specs.methods.iterative import AUTHORS, Iterative, batch, length, passes, rate


class Scrub(Iterative):
    """Alternates steps away from a teacher on the forget set and towards it on the retain set."""

    title: ClassVar[str] = "SCRUB"
    about: ClassVar[str] = (
        "Alternates between moving away from the original's output on the forget set and towards it on the retain set."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2302.09880"
    needs: ClassVar[Needs] = Needs("forget", "retain")
    published: ClassVar[str] = (
        "3 passes at a learning rate of 5e-4, steps away in the first 2, temperature 4, gamma 0.99, alpha 0.001, "
        "retain batches of 128, forget batches of 32"
    )
    departures: ClassVar[tuple[str, ...]] = (
        "Departure from its authors: the learning rate is constant; theirs falls to a tenth for the last pass.",
    )

    name: Literal["scrub"] = "scrub"
    gamma: float = Field(0.99, ge=0, le=10, description="weight of the cross-entropy on retained images")
    alpha: float = Field(
        0.001, ge=0, le=10, description="weight of the divergence from the original on retained images"
    )
    temperature: float = Field(4.0, gt=0, le=100, description="divisor of the logits in the divergence")
    msteps: int = Field(
        2, ge=0, le=200, description="number of passes that begin with steps away", json_schema_extra=used_if(AUTHORS)
    )
    epochs: int = passes(3)
    learning_rate: float = rate(2e-3)
    batch_size: int = batch(32)
    step: float = length(3e-3)
