"""Which images, which network, how it is trained: ``DataSpec``, ``TrainSpec``, ``ModelSpec`` and their catalogues."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, field_validator, model_validator

from core.specs.base import Spec, choices, short

DIGIT_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class DataInfo:
    """What is known of a data set before its images are read."""

    title: str
    about: str
    classes: tuple[str, ...]
    shape: tuple[int, int, int]  # channels, height, width
    sizes: tuple[int, int, int]  # train, pool, test
    mean: tuple[float, ...]  # per channel, of pixels in [0, 1]: constants of the data set
    std: tuple[float, ...]
    arch: str  # the default architecture
    recipe: str  # the default recipe
    subclasses: tuple[str, ...] | None = None
    parent: tuple[int, ...] | None = None  # sub-class -> class

    @property
    def labels(self) -> tuple[str, ...]:
        """The finest names an image has: sub-classes where there are any."""
        return self.subclasses or self.classes


DATASETS: dict[str, DataInfo] = {
    "digits": DataInfo(
        "Handwritten digits",
        "1,797 real handwritten digits, 8x8 grey, shipped with scikit-learn.",
        DIGIT_NAMES, (1, 8, 8), (900, 450, 447), (0.305,), (0.376,), "resnet-tiny", "digits",
    ),
    "digits-noisy": DataInfo(
        "Noisy digits",
        "The same digits with fixed sensor noise: models err on unseen images, so that easy and hard mean something.",
        DIGIT_NAMES, (1, 8, 8), (900, 450, 447), (0.352,), (0.357,), "resnet-tiny", "digits",
    ),
    "digits-families": DataInfo(
        "Digit families",
        "The same digits in three classes by stroke (loops, lines, curves); the digits are the sub-classes.",
        ("loops", "lines", "curves"), (1, 8, 8), (900, 450, 447), (0.305,), (0.376,), "resnet-tiny", "digits",
        subclasses=DIGIT_NAMES, parent=(0, 1, 2, 2, 1, 2, 0, 1, 0, 0),
    ),
}  # fmt: skip

ARCHITECTURES: dict[str, str] = {
    "resnet-tiny": "three residual blocks (16, 32, 64 channels) for 8x8 images",
    "resnet18": "ResNet-18 with a stride-1 stem and no max-pool, for 32x32 images",
}

# Pixels a side: every stage but the first halves the image, and the last needs 2x2.
SMALLEST_IMAGE: dict[str, int] = {"resnet-tiny": 8, "resnet18": 16}


class TrainSpec(Spec):
    """A recipe. Gold models always use the original's own."""

    epochs: int = Field(30, ge=0, le=1000, description="passes over the training images")
    batch_size: int = Field(64, ge=2, le=4096, description="images per optimiser step; a short last batch is dropped")
    learning_rate: float = Field(0.1, gt=0, le=10, description="peak of the schedule")
    momentum: float = Field(0.9, ge=0, lt=1, description="of SGD")
    weight_decay: float = Field(5e-4, ge=0, le=1, description="of SGD")
    schedule: Literal["one-cycle", "cosine", "constant"] = Field(
        "one-cycle", description="up for a quarter and down to zero, half a cosine, or no change"
    )
    augment: Literal["none", "shift", "crop-flip"] = Field("none", description="random change of every training image")


RECIPES: dict[str, TrainSpec] = {
    "digits": TrainSpec(),
    "cifar-fast": TrainSpec(batch_size=128, augment="crop-flip"),
}


class DataSpec(Spec):
    """A data set and its split. Split and noise are part of the data, so there is no seed."""

    name: str = Field("digits", description="name of the data set")
    pool: bool = Field(True, description="keep labelled images back that no model is trained on")
    size: int | None = Field(None, ge=20, description="train on this many images only (stratified); default all")

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in DATASETS:
            raise ValueError(f"data set {short(name)!r} is not known; choose {choices(DATASETS)}")
        return name

    @property
    def info(self) -> DataInfo:
        return DATASETS[self.name]


class ModelSpec(Spec):
    """Weights that a spec determines: data, architecture, recipe, seed, and the training images left out."""

    data: DataSpec = DataSpec()
    arch: str = Field("resnet-tiny", description="name of the architecture")
    width: int | None = Field(None, ge=4, le=256, description="channels of the first layer; default the architecture's")
    train: TrainSpec = TrainSpec()
    seed: int = Field(0, ge=0, lt=2**31, description="first weights, order of the images, augmentation")
    without: str | None = Field(None, description="sha256 of the sorted ids of the training images left out")

    @field_validator("arch")
    @classmethod
    def _known(cls, arch: str) -> str:
        if arch not in ARCHITECTURES:
            raise ValueError(f"architecture {short(arch)!r} is not known; choose {choices(ARCHITECTURES)}")
        return arch

    @model_validator(mode="after")
    def _fits(self) -> "ModelSpec":
        size, least = self.data.info.shape[1], SMALLEST_IMAGE[self.arch]
        if size < least:
            fitting = [arch for arch, pixels in SMALLEST_IMAGE.items() if pixels <= size]
            raise ValueError(
                f"architecture {self.arch!r} needs images of at least {least} pixels a side, {self.data.name!r} has "
                f"{size}; choose {choices(fitting)}"
            )
        return self
