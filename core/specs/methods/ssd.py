"""The spec of SSD."""

from typing import ClassVar, Literal

from pydantic import Field

from core.specs.methods.base import MethodSpec, Needs


class Ssd(MethodSpec):
    """Dampens the weights that matter more to the forget set than to all data."""

    title: ClassVar[str] = "SSD"
    about: ClassVar[str] = (
        "Shrinks, in a single step, the weights that matter far more to the forget set than to all training images."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2308.07707"
    needs: ClassVar[Needs] = Needs("forget", "retain")

    name: Literal["ssd"] = "ssd"
    alpha: float = Field(
        5.0, gt=0, le=1e6,
        description="a weight is dampened if its importance to the forget set exceeds this multiple of "
        "its importance to all training images",
    )  # fmt: skip
    dampening: float = Field(1.0, gt=0, le=1e3, description="the paper's lambda; a higher value dampens less")

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        return (
            "Departure from its authors' code: gradients are squared per image, as in the paper; their code squares "
            "them per batch.",
            "Its authors' settings for ResNet-18 on CIFAR are alpha 10 and lambda 1; the default was chosen on the "
            "digits.",
            "It makes one step and does not check what has been forgotten.",
        )
