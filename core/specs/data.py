"""Specs of data, network and training: ``DataSpec``, ``TrainSpec``, ``ModelSpec``, architectures and recipes."""

from collections.abc import Callable
from typing import Literal

from pydantic import Field, field_validator, model_validator

from core.errors import DataUnavailable
from core.specs.base import Spec, choices, short
from core.specs.datasets import DataInfo, check_name, data_info

ARCHITECTURES: dict[str, str] = {
    "resnet-tiny": "three residual blocks (16, 32, 64 channels) for 8x8 images",
    "cnn-small": "four convolutions (16, 32, 64, 64 channels), three of stride 2, for images of 16x16 to 40x40",
    "cnn-fast": "six convolutions (64, 256, 256 channels) after fixed first filters, for photographs of 32x32: fast "
    "without a GPU",
    "resnet18": "ResNet-18 with a stride-1 stem and no max-pool, for 32x32 images",
    "vgg16-bn": "VGG-16 with BatchNorm and one linear layer, for 32x32 images",
    "allcnn": "All-CNN-C with BatchNorm: eight convolutions, no pooling",
    "vit-small": "ViT-S on patches of 4x4 pixels, trained from scratch",
}

WIDTH: dict[str, int] = {  # default channels of the first layer
    "resnet-tiny": 16, "cnn-small": 16, "cnn-fast": 64, "resnet18": 64, "vgg16-bn": 64, "allcnn": 96, "vit-small": 384,
}  # fmt: skip

# Pixels per side: the image must survive every halving.
MIN_IMAGE_SIZE: dict[str, int] = {
    "resnet-tiny": 8, "cnn-small": 16, "cnn-fast": 16, "resnet18": 16, "vgg16-bn": 32, "allcnn": 8, "vit-small": 8,
}  # fmt: skip


def unfit(arch: str, image_size: int) -> str:
    """The architecture's requirement that images of this size do not meet; empty where they fit."""
    if image_size < MIN_IMAGE_SIZE[arch]:
        return f"at least {MIN_IMAGE_SIZE[arch]} pixels per side"
    if arch == "vit-small" and image_size % 4:
        return "a multiple of 4 pixels per side"
    return ""


def _is(default: object) -> Callable[[object], bool]:
    """Leaves a later addition out of the JSON while it has its default, so that older specs keep their keys."""
    return lambda value: value == default


class TrainSpec(Spec):
    """A training recipe. Gold models always use the original's."""

    epochs: int = Field(30, ge=0, le=1000, description="passes over the training images")
    batch_size: int = Field(64, ge=2, le=4096, description="images per optimiser step; a short last batch is dropped")
    learning_rate: float = Field(0.1, gt=0, le=10, description="peak learning rate of the schedule")
    momentum: float = Field(0.9, ge=0, lt=1, description="momentum of SGD")
    weight_decay: float = Field(5e-4, ge=0, le=1, description="weight decay of SGD")
    nesterov: bool = Field(True, description="Nesterov's momentum", exclude_if=_is(True))
    schedule: Literal["one-cycle", "cosine", "steps", "constant"] = Field(
        "one-cycle",
        description="one-cycle: up during the first quarter, then down to 0. cosine: half a cosine. steps: divided by "
        "10 at a half and at three quarters. constant: no change",
    )
    augment: Literal["none", "shift", "crop-flip", "shift-2", "shift-2-mirror"] = Field(
        "none", description="random augmentation of training images"
    )
    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="share of the target probability that is spread over all classes",
        exclude_if=_is(0),
    )
    bias_rate: float = Field(
        1.0,
        gt=0,
        le=1000,
        description="learning rate of BatchNorm biases, as a multiple of the others'",
        exclude_if=_is(1),
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description="of training on a CPU. bfloat16: faster, where the processor computes it; else float32. A GPU "
        "always trains in bfloat16",
        exclude_if=_is("float32"),
    )


# After Jordan 2024 (https://arxiv.org/abs/2404.00498), without its moving average of the weights.
_PHOTOGRAPHS = TrainSpec(
    epochs=12, batch_size=512, learning_rate=0.75, momentum=0.85, weight_decay=1.3e-3, augment="shift-2-mirror",
    label_smoothing=0.2, bias_rate=64, precision="bfloat16",
)  # fmt: skip

# The papers' own recipes leave details open: MU-Mis (arXiv 2402.15109) gives SGD 0.1, momentum 0.9, weight decay 5e-4,
# crop and flip, 200 epochs; assumed: batch and schedule, as in the literature it follows. TMU (arXiv 2408.11433) gives
# SGD with a learning rate of 0.01, divided by 10 twice; assumed: batch, epochs, the two milestones, momentum, weight
# decay (their figures are missing in our text) and no augmentation. Neither mentions Nesterov's momentum.
RECIPES: dict[str, TrainSpec] = {
    "digits": TrainSpec(),
    "mnist-5k": TrainSpec(epochs=10),
    "cifar-fast": TrainSpec(batch_size=128, augment="crop-flip"),
    "fast-plain": TrainSpec(batch_size=128),  # no flips: a mirrored digit or letter is another one
    "photographs": _PHOTOGRAPHS,
    "photographs-plain": _PHOTOGRAPHS.replace(augment="shift-2"),  # no mirroring, likewise
    "few-images": TrainSpec(epochs=60, batch_size=16),
    "mu-mis-paper": TrainSpec(epochs=200, batch_size=128, schedule="cosine", augment="crop-flip", nesterov=False),
    "tmu-paper": TrainSpec(epochs=60, batch_size=128, learning_rate=0.01, schedule="steps", nesterov=False),
}


class DataSpec(Spec):
    """A data set and its split. The split is fixed, so there is no seed."""

    name: str = Field("mnist-5k", description="name of the data set")
    pool: bool = Field(True, description="reserve labelled images as a held-out pool: no model is trained on them")
    size: int | None = Field(None, ge=20, description="number of training images, stratified by class; default: all")

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        check_name(name)
        return name

    @property
    def info(self) -> DataInfo:
        """The data set's catalogue entry.

        Raises:
            DataUnavailable: the user's own images, not imported on this machine.
        """
        return data_info(self.name)


class ModelSpec(Spec):
    """Everything that determines a model's weights: data, architecture, recipe, seed, training images left out."""

    data: DataSpec = DataSpec()
    arch: str = Field("cnn-small", description="name of the architecture")
    width: int | None = Field(
        None, ge=4, le=256, description="channels of the first layer; default: the architecture's"
    )
    train: TrainSpec = RECIPES["mnist-5k"]
    seed: int = Field(0, ge=0, lt=2**31, description="seed of initial weights, image order and augmentation")
    without: str | None = Field(None, description="sha256 of the sorted ids of the training images left out")
    weights: str | None = Field(
        None,
        pattern=r"^[0-9a-f]{20}$",
        exclude_if=_is(None),
        description="name of imported weights; the recipe then applies to the gold models only",
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
        except DataUnavailable:  # a spec from another machine; build_model checks again
            return self
        if wanted := unfit(self.arch, size):
            fitting = [arch for arch in ARCHITECTURES if not unfit(arch, size)]
            raise ValueError(
                f"architecture {self.arch!r} needs {wanted}, {self.data.name!r} has {size}; choose {choices(fitting)}"
            )
        return self
