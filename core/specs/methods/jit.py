"""The spec of JiT."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, batch, length, passes, rate


class Jit(Iterative):
    """Smooths the output around the forget images."""

    title: ClassVar[str] = "JiT"
    about: ClassVar[str] = "Makes the output less sensitive to noise on the forget images; needs no labels."
    paper: ClassVar[str] = "https://arxiv.org/abs/2402.01401"
    needs: ClassVar[Needs] = Needs("forget")
    published: ClassVar[str] = "1 pass at a learning rate of 3e-4, 25 noisy copies, noise of 0.5 (VGG)"

    name: Literal["jit"] = "jit"
    copies: int = Field(25, ge=1, le=1000, description="noisy copies per image and step")
    noise: float = Field(
        0.2, gt=0, le=10,
        description="standard deviation of the noise (pixel range 0 to 1); the default is about half of "
        "the digits' own, the ratio that the authors use",
    )  # fmt: skip
    epochs: int = passes(1)
    learning_rate: float = rate(3e-4)
    batch_size: int = batch(16)
    step: float = length(3e-4)
