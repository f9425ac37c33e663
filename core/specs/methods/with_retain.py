"""Baselines on the shelf that see retained images."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from core.specs.methods.base import MethodSpec, Needs, used_if
from core.specs.methods.iterative import AUTHORS, Iterative, batch, length, passes, rate

FRESH_LABELS = "Departure from its authors: the wrong labels are drawn anew at every step, not once."
PAIRS = "Departure from its authors: every step has as many retained images as forget images; they take turns or mix."
FROZEN = "Departure from its authors: BatchNorm keeps its statistics."  # theirs learns from every batch


class FineTune(Iterative):
    """Go on training on the retain set."""

    title: ClassVar[str] = "Fine-tune"
    about: ClassVar[str] = "Goes on training on the retain set and hopes that the forget set fades."
    paper: ClassVar[str] = "https://arxiv.org/abs/1911.04933"
    needs: ClassVar[Needs] = Needs("forget", "retain", without={"forget": ("schedule", "authors")})
    published: ClassVar[str] = "5 passes at a learning rate of 0.02, or 10 at 0.01"

    name: Literal["fine-tune"] = "fine-tune"
    epochs: int = passes(5)
    learning_rate: float = rate(0.02)
    step: float = length(0.01)


class L1Sparse(Iterative):
    """Go on training on the retain set, with small weights pulled to zero."""

    title: ClassVar[str] = "L1-sparse"
    about: ClassVar[str] = "Goes on training on the retain set while a fading penalty pulls weights to zero."
    paper: ClassVar[str] = "https://arxiv.org/abs/2304.04934"
    needs: ClassVar[Needs] = Needs("forget", "retain", without={"forget": ("schedule", "authors")})
    published: ClassVar[str] = "10 passes at a learning rate of 0.01 with alpha 1e-4"

    name: Literal["l1-sparse"] = "l1-sparse"
    alpha: float = Field(0.02, ge=0, le=1, description="weight of the sum of all weights' sizes at the first step; "
                         "it falls to 0 in a straight line")  # fmt: skip
    learning_rate: float = rate(0.01)
    step: float = length(0.01)

    def stopped_at(self, step: int) -> Self | None:
        return None  # its penalty fades until max_steps, so that another limit makes other steps from the first on


class RandomLabel(Iterative):
    """Train the forget set on random wrong labels."""

    title: ClassVar[str] = "Random label"
    about: ClassVar[str] = (
        "Trains the forget images on random wrong labels, with or without retained images beside them."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2010.10981"
    needs: ClassVar[Needs] = Needs("forget", "retain", without={"retain": ("replay", False)})
    published: ClassVar[str] = "10 passes at a learning rate of 0.001 to 0.01"
    departures: ClassVar[tuple[str, ...]] = (FRESH_LABELS, FROZEN)

    name: Literal["random-label"] = "random-label"
    replay: bool = Field(True, description="train on as many retained images, with their labels, in every step")
    learning_rate: float = rate(1e-3)
    batch_size: int = batch(128)


class Salun(Iterative):
    """Random label, for the weights that matter most to the forget set."""

    title: ClassVar[str] = "SalUn"
    about: ClassVar[str] = (
        "Trains the forget images on random wrong labels and retained ones on their own, but moves only the weights "
        "on which the loss of the forget set depends most."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2310.12508"
    needs: ClassVar[Needs] = Needs("forget", "retain")
    published: ClassVar[str] = "10 passes at a learning rate of 0.013 with half of the weights, batches of 256"
    departures: ClassVar[tuple[str, ...]] = (FRESH_LABELS, PAIRS, FROZEN)

    name: Literal["salun"] = "salun"
    density: float = Field(0.5, gt=0, le=1, description="share of the weights that may move")
    learning_rate: float = rate(0.013)
    batch_size: int = batch(128)


class NegGradPlus(Iterative):
    """Raise the loss on the forget set while lowering it on the retain set."""

    title: ClassVar[str] = "NegGrad+"
    about: ClassVar[str] = "Raises the loss on the forget set and lowers it on the retain set, in one weighted sum."
    paper: ClassVar[str] = "https://arxiv.org/abs/2302.09880"
    needs: ClassVar[Needs] = Needs("forget", "retain")
    published: ClassVar[str] = "10 passes at a learning rate of 0.01 with alpha 0.95, batches of 256"
    departures: ClassVar[tuple[str, ...]] = (PAIRS,)

    name: Literal["neg-grad-plus"] = "neg-grad-plus"
    alpha: float = Field(0.95, ge=0, le=1, description="weight of the retain set's loss; the forget set's has the rest")
    learning_rate: float = rate(0.01)
    batch_size: int = batch(128)
    step: float = length(3e-3)


class BadTeacher(Iterative):
    """Imitate an untrained model on the forget set, and the original on retained images."""

    title: ClassVar[str] = "Bad teacher"
    about: ClassVar[str] = "Imitates an untrained model on the forget set and the original on part of the retain set."
    paper: ClassVar[str] = "https://arxiv.org/abs/2205.08096"
    needs: ClassVar[Needs] = Needs("forget", "retain")
    published: ClassVar[str] = "1 pass with Adam at a learning rate of 1e-4 and batches of 256"
    departures: ClassVar[tuple[str, ...]] = (FROZEN,)

    name: Literal["bad-teacher"] = "bad-teacher"
    share: float = Field(0.3, gt=0, le=1, description="share of the retain set that is seen, drawn once")
    epochs: int = passes(1)
    learning_rate: float = rate(5e-4)
    batch_size: int = Field(32, ge=1, le=4096, description="images per step, forget and retained ones mixed")


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


class Ssd(MethodSpec):
    """Dampen the weights that matter more to the forget set than to all data."""

    title: ClassVar[str] = "SSD"
    about: ClassVar[str] = (
        "Shrinks, in one go, the weights that matter far more to the forget set than to all training images."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2308.07707"
    needs: ClassVar[Needs] = Needs("forget", "retain")

    name: Literal["ssd"] = "ssd"
    alpha: float = Field(
        5.0, gt=0, le=1e6, description="a weight is dampened where its importance to the forget set is more than this "
        "multiple of that to all training images",
    )  # fmt: skip
    dampening: float = Field(1.0, gt=0, le=1e3, description="the paper's lambda: a higher one dampens less")

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        return (
            "Departure from its authors' code: gradients are squared image by image, as in the paper, not per batch.",
            "Its authors' settings for ResNet-18 on CIFAR are alpha 10 and lambda 1; the default fits the digits.",
            "It makes one step, without a look at what was forgotten.",
        )
