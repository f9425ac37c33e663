"""Which images, which network, how it is trained: ``DataSpec``, ``TrainSpec``, ``ModelSpec``, networks and recipes."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from core.errors import DataUnavailable
from core.specs.base import Spec, choices, short
from core.specs.datasets import DataInfo, check_name, data_info

ARCHITECTURES: dict[str, str] = {
    "resnet-tiny": "three residual blocks (16, 32, 64 channels) for 8x8 images",
    "cnn-small": "four convolutions (16, 32, 64, 64 channels), three of stride 2, for images of 16x16 to 40x40",
    "resnet18": "ResNet-18 with a stride-1 stem and no max-pool, for 32x32 images",
    "vgg16-bn": "VGG-16 with BatchNorm and one linear layer, for 32x32 images",
    "allcnn": "All-CNN-C with BatchNorm: eight convolutions, no pooling",
    "vit-small": "ViT-S on patches of 4x4 pixels, trained from scratch",
}

WIDTH: dict[str, int] = {  # default
    "resnet-tiny": 16, "cnn-small": 16, "resnet18": 64, "vgg16-bn": 64, "allcnn": 96, "vit-small": 384,
}  # fmt: skip

# Pixels a side: what every halving leaves must be an image still.
SMALLEST_IMAGE: dict[str, int] = {
    "resnet-tiny": 8, "cnn-small": 16, "resnet18": 16, "vgg16-bn": 32, "allcnn": 8, "vit-small": 8,
}  # fmt: skip


def unfit(arch: str, image_size: int) -> str:
    """What an architecture needs of the images that these have not; empty where they fit."""
    if image_size < SMALLEST_IMAGE[arch]:
        return f"at least {SMALLEST_IMAGE[arch]} pixels a side"
    if arch == "vit-small" and image_size % 4:
        return "a multiple of 4 pixels a side"
    return ""


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


# The papers' own recipes leave details open: MU-Mis (arXiv 2402.15109) gives SGD 0.1, momentum 0.9, weight decay 5e-4,
# crop and flip, 200 epochs; batch and schedule are those of the literature it follows. TMU (arXiv 2408.11433) gives a
# learning rate of 0.01 without augmentation; its batch, epochs and schedule are ours.
RECIPES: dict[str, TrainSpec] = {
    "digits": TrainSpec(),
    "mnist-5k": TrainSpec(epochs=10),
    "cifar-fast": TrainSpec(batch_size=128, augment="crop-flip"),
    "fast-plain": TrainSpec(batch_size=128),  # one-cycle too, for digits and letters, which a mirror makes others
    "few-images": TrainSpec(epochs=60, batch_size=16),
    "mu-mis-paper": TrainSpec(epochs=200, batch_size=128, schedule="cosine", augment="crop-flip"),
    "tmu-paper": TrainSpec(epochs=60, batch_size=128, learning_rate=0.01, schedule="cosine"),
}


class DataSpec(Spec):
    """A data set and its split. Split and noise are part of the data, so there is no seed."""

    name: str = Field("digits", description="name of the data set")
    pool: bool = Field(True, description="keep labelled images back that no model is trained on")
    size: int | None = Field(None, ge=20, description="train on this many images only (stratified); default all")

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        check_name(name)
        return name

    @property
    def info(self) -> DataInfo:
        """What is known of the data set.

        Raises:
            DataUnavailable: own images that were not added on this machine.
        """
        return data_info(self.name)


class ModelSpec(Spec):
    """Weights that a spec determines: data, architecture, recipe, seed, and the training images left out."""

    data: DataSpec = DataSpec()
    arch: str = Field("resnet-tiny", description="name of the architecture")
    width: int | None = Field(None, ge=4, le=256, description="channels of the first layer; default the architecture's")
    train: TrainSpec = TrainSpec()
    seed: int = Field(0, ge=0, lt=2**31, description="first weights, order of the images, augmentation")
    without: str | None = Field(None, description="sha256 of the sorted ids of the training images left out")
    weights: str | None = Field(
        None,
        pattern=r"^[0-9a-f]{20}$",
        exclude_if=lambda weights: weights is None,  # so that models trained here keep the keys that they had before
        description="name of weights that were added, not trained here; recipe and seed are then those of the golds",
    )

    @field_validator("arch")
    @classmethod
    def _known(cls, arch: str) -> str:
        if arch not in ARCHITECTURES:
            raise ValueError(f"architecture {short(arch)!r} is not known; choose {choices(ARCHITECTURES)}")
        return arch

    @model_validator(mode="after")
    def _fits(self) -> "ModelSpec":
        try:
            size = self.data.info.shape[1]
        except DataUnavailable:  # a spec from another machine; whoever builds the model asks again
            return self
        if wanted := unfit(self.arch, size):
            fitting = [arch for arch in ARCHITECTURES if not unfit(arch, size)]
            raise ValueError(
                f"architecture {self.arch!r} needs {wanted}, {self.data.name!r} has {size}; choose {choices(fitting)}"
            )
        return self
