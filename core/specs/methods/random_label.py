"""The spec of Random label."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, batch, rate
from core.specs.methods.notes import FRESH_LABELS, FROZEN


class RandomLabel(Iterative):
    """Trains the forget set on random wrong labels."""

    title: ClassVar[str] = "Random label"
    about: ClassVar[str] = (
        "Trains the forget images on random wrong labels, with or without retained images in each step."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2010.10981"
    needs: ClassVar[Needs] = Needs("forget", "retain", without={"retain": ("replay", False)})
    published: ClassVar[str] = "10 passes at a learning rate of 0.001 to 0.01"
    departures: ClassVar[tuple[str, ...]] = (FRESH_LABELS, FROZEN)

    name: Literal["random-label"] = "random-label"
    replay: bool = Field(True, description="add as many retained images with their own labels to every step")
    learning_rate: float = rate(1e-3)
    batch_size: int = batch(128)
