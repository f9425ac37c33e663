"""The spec of NegGrad+."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, batch, length, rate
from core.specs.methods.notes import PAIRS


class NegGradPlus(Iterative):
    """Raises the loss on the forget set and lowers it on the retain set."""

    title: ClassVar[str] = "NegGrad+"
    about: ClassVar[str] = "Raises the loss on the forget set and lowers it on the retain set, in one weighted sum."
    paper: ClassVar[str] = "https://arxiv.org/abs/2302.09880"
    needs: ClassVar[Needs] = Needs("forget", "retain")
    published: ClassVar[str] = "10 passes at a learning rate of 0.01 with alpha 0.95, batches of 256"
    departures: ClassVar[tuple[str, ...]] = (PAIRS,)

    name: Literal["neg-grad-plus"] = "neg-grad-plus"
    alpha: float = Field(0.95, ge=0, le=1, description="weight of the retain loss; the forget loss has 1 - alpha")
    learning_rate: float = rate(0.01)
    batch_size: int = batch(128)
    step: float = length(3e-3)
