"""The spec of Bad teacher."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, passes, rate
from core.specs.methods.notes import FROZEN


class BadTeacher(Iterative):
    """Imitates an untrained model on the forget set and the original on retained images."""

    title: ClassVar[str] = "Bad teacher"
    about: ClassVar[str] = "Imitates an untrained model on the forget set and the original on part of the retain set."
    paper: ClassVar[str] = "https://arxiv.org/abs/2205.08096"
    needs: ClassVar[Needs] = Needs("forget", "retain")
    published: ClassVar[str] = "1 pass with Adam at a learning rate of 1e-4 and batches of 256"
    departures: ClassVar[tuple[str, ...]] = (FROZEN,)

    name: Literal["bad-teacher"] = "bad-teacher"
    share: float = Field(0.3, gt=0, le=1, description="fraction of the retain set to use, drawn once")
    epochs: int = passes(1)
    learning_rate: float = rate(5e-4)
    batch_size: int = Field(32, ge=1, le=4096, description="images per step, forget and retained images mixed")
