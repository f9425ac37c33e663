"""The spec of Fine-tune."""

from typing import ClassVar, Literal

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, length, passes, rate


class FineTune(Iterative):
    """Continues training on the retain set."""

    title: ClassVar[str] = "Fine-tune"
    about: ClassVar[str] = "Continues training on the retain set, so that the model may forget what it no longer sees."
    paper: ClassVar[str] = "https://arxiv.org/abs/1911.04933"
    needs: ClassVar[Needs] = Needs("forget", "retain", without={"forget": ("schedule", "authors")})
    published: ClassVar[str] = "5 passes at a learning rate of 0.02, or 10 at 0.01"

    name: Literal["fine-tune"] = "fine-tune"
    epochs: int = passes(5)
    learning_rate: float = rate(0.02)
    step: float = length(0.01)
