"""The spec of SalUn."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, batch, rate
from core.specs.methods.notes import FRESH_LABELS, FROZEN, PAIRS


class Salun(Iterative):
    """Random label on the weights that matter most to the forget set."""

    title: ClassVar[str] = "SalUn"
    about: ClassVar[str] = (
        "Trains forget images on random wrong labels and retained images on their own labels, but changes only the "
        "weights with the largest gradients of the forget loss."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2310.12508"
    needs: ClassVar[Needs] = Needs("forget", "retain")
    published: ClassVar[str] = "10 passes at a learning rate of 0.013 with half of the weights, batches of 256"
    departures: ClassVar[tuple[str, ...]] = (FRESH_LABELS, PAIRS, FROZEN)

    name: Literal["salun"] = "salun"
    density: float = Field(0.5, gt=0, le=1, description="fraction of the weights that may change")
    learning_rate: float = rate(0.013)
    batch_size: int = batch(128)
