"""Baselines on the shelf that see the forget set and the weights alone."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import Needs
from core.specs.methods.iterative import Iterative, batch, length, passes, rate


class GradientAscent(Iterative):
    """Raise the loss on the forget set."""

    title: ClassVar[str] = "Gradient ascent"
    about: ClassVar[str] = "Raises the loss on the forget set until the model errs on it as often as on unseen images."
    paper: ClassVar[str] = "https://arxiv.org/abs/2109.13398"
    needs: ClassVar[Needs] = Needs("forget")
    published: ClassVar[str] = "5 passes at a learning rate of 1e-4"

    name: Literal["gradient-ascent"] = "gradient-ascent"
    epochs: int = passes(5)
    learning_rate: float = rate(0.2)
    batch_size: int = batch(128)
    step: float = length(3e-4)


class BoundaryShrink(Iterative):
    """Train the forget set on the nearest other class."""

    title: ClassVar[str] = "Boundary shrink"
    about: ClassVar[str] = "Trains the forget images on the class whose decision boundary is nearest to each."
    paper: ClassVar[str] = "https://arxiv.org/abs/2303.11570"
    needs: ClassVar[Needs] = Needs("forget")
    published: ClassVar[str] = "10 passes at a learning rate of 1e-5 or less, with a bound of 0.1"
    departures: ClassVar[tuple[str, ...]] = (
        "Departure from its authors: the nearest class is never the true one, which theirs can be.",
    )

    name: Literal["boundary-shrink"] = "boundary-shrink"
    bound: float = Field(
        0.1,
        gt=0,
        le=1,
        description="largest change of a pixel, of a range from 0 to 1, when the nearest class is sought",
    )
    learning_rate: float = rate(5e-4)
    batch_size: int = batch(128)


class Delete(Iterative):
    """Distil the original's own output without the label."""

    title: ClassVar[str] = "DELETE"
    about: ClassVar[str] = (
        "Teaches the forget images the original's own probabilities with that of the label taken out, and the rest "
        "scaled up to one."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2503.23751"
    needs: ClassVar[Needs] = Needs("forget")
    published: ClassVar[str] = "20 passes at a learning rate of 1e-4 with batches of 128"

    name: Literal["delete"] = "delete"
    epochs: int = passes(20)
    learning_rate: float = rate(1e-4)
    batch_size: int = batch(128)


class Jit(Iterative):
    """Smooth the output around the forget images."""

    title: ClassVar[str] = "JiT"
    about: ClassVar[str] = "Makes the output change less when noise is added to the forget images, without any label."
    paper: ClassVar[str] = "https://arxiv.org/abs/2402.01401"
    needs: ClassVar[Needs] = Needs("forget")
    published: ClassVar[str] = "1 pass at a learning rate of 3e-4, 25 noisy copies, noise of 0.5 (VGG)"

    name: Literal["jit"] = "jit"
    copies: int = Field(25, ge=1, le=1000, description="noisy copies of every image and step")
    noise: float = Field(
        0.2, gt=0, le=10, description="standard deviation of the noise, of pixels from 0 to 1; about half of that "
        "of the digits, as its authors have it",
    )  # fmt: skip
    epochs: int = passes(1)
    learning_rate: float = rate(3e-4)
    batch_size: int = batch(16)
    step: float = length(3e-4)
