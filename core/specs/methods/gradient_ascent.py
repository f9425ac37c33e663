"""The spec of Gradient ascent."""

from typing import ClassVar, Literal

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, batch, length, passes, rate


class GradientAscent(Iterative):
    """Raises the loss on the forget set."""

    title: ClassVar[str] = "Gradient ascent"
    about: ClassVar[str] = "Raises the loss on the forget set until its accuracy is that of unseen images."
    paper: ClassVar[str] = "https://arxiv.org/abs/2109.13398"
    needs: ClassVar[Needs] = Needs("forget")
    published: ClassVar[str] = "5 passes at a learning rate of 1e-4"

    name: Literal["gradient-ascent"] = "gradient-ascent"
    epochs: int = passes(5)
    learning_rate: float = rate(0.2)
    batch_size: int = batch(128)
    step: float = length(3e-4)
