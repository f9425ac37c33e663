"""Architectures. Images go in as float32 (N, C, H, W) in [0, 1]; ``model(x) == model.head(model.features(x))``."""

import math
from typing import Any, cast

import torch
from torch import nn

from core.errors import InvalidSpec
from core.models.allcnn import AllCNN
from core.models.cnn import SmallCNN
from core.models.fast_cnn import FastCNN, IdentityConv, Stem
from core.models.resnet import Normalise, ResNet
from core.models.vgg import VGG
from core.models.vit import Tokens, ViT
from core.specs import ARCHITECTURES, ModelSpec, choices, short
from core.specs.data import WIDTH, unfit


def build_model(
    arch: str,
    num_classes: int,
    in_channels: int,
    image_size: int,
    seed: int,
    mean: tuple[float, ...] | None = None,
    std: tuple[float, ...] | None = None,
    *,
    width: int | None = None,
) -> nn.Module:
    """Builds an untrained model on the CPU, in training mode; the same seed gives the same weights.

    Args:
        arch: a name in ``ARCHITECTURES``.
        image_size: pixels per side.
        mean, std: per channel, of pixels in [0, 1], for the model's first layer, which normalises. Default: 0 and 1.
        width: channels of the first layer; default: the architecture's.

    Raises:
        InvalidSpec: the architecture is unknown or does not fit the image size.
    """
    if arch not in ARCHITECTURES:
        raise InvalidSpec(f"architecture {short(arch)!r} is not known; choose {choices(ARCHITECTURES)}")
    if wanted := unfit(arch, image_size):
        raise InvalidSpec(f"image_size = {image_size} does not fit {arch}, which needs {wanted}")
    with torch.device("meta"):  # no draws from the global generator; weights are initialised below
        model = _network(arch, width or WIDTH[arch], num_classes, in_channels, image_size)
    model = model.to_empty(device="cpu")
    _initialise(model, torch.Generator().manual_seed(seed))
    features_of(model).insert(0, Normalise(mean or (0.0,) * in_channels, std or (1.0,) * in_channels))
    return model.to(memory_format=torch.channels_last) if arch == "cnn-fast" else model  # a quarter faster on a CPU


def _network(arch: str, width: int, num_classes: int, in_channels: int, image_size: int) -> nn.Module:
    match arch:
        case "resnet-tiny":
            return ResNet((1, 1, 1), width, num_classes, in_channels)
        case "cnn-small":
            return SmallCNN(width, num_classes, in_channels)
        case "cnn-fast":
            return FastCNN(width, num_classes, in_channels)
        case "resnet18":
            return ResNet((2, 2, 2, 2), width, num_classes, in_channels)
        case "vgg16-bn":
            return VGG(width, num_classes, in_channels)
        case "allcnn":
            return AllCNN(width, num_classes, in_channels)
        case _:
            return ViT(width, num_classes, in_channels, image_size)


def model_for(spec: ModelSpec, seed: int | None = None) -> nn.Module:
    """The untrained model of a spec; ``seed`` replaces the spec's own."""
    info = spec.data.info
    channels, size, _ = info.shape
    first = spec.seed if seed is None else seed
    return build_model(spec.arch, len(info.classes), channels, size, first, info.mean, info.std, width=spec.width)


def features_of(model: nn.Module) -> nn.Sequential:
    """The layers of a model before its head."""
    return cast(nn.Sequential, model.features)  # torch types every attribute as Tensor | Module


def head_of(model: nn.Module) -> nn.Linear:
    """The last layer of a model: ``out_features`` is its number of classes."""
    return cast(nn.Linear, model.head)


def get_state(model: nn.Module) -> dict[str, Any]:
    """Copies of all weights and buffers as numpy arrays."""
    return {name: value.detach().cpu().numpy().copy() for name, value in model.state_dict().items()}


def set_state(model: nn.Module, state: dict[str, Any]) -> nn.Module:
    """Loads a state from ``get_state`` in place; returns the model."""
    model.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    return model


def device_of(model: nn.Module) -> torch.device:
    """The device of the model's weights."""
    return next(model.parameters()).device


def _initialise(model: nn.Module, generator: torch.Generator) -> None:
    """Initialises weights: He normal for convolutions, torch's uniform for linear layers, ViT's for tokens."""
    for module in model.modules():
        if isinstance(module, IdentityConv):
            module.initialise(generator)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu", generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d | nn.LayerNorm | Stem):
            module.reset_parameters()
        elif isinstance(module, Tokens):
            nn.init.normal_(module.first, std=0.02, generator=generator)
            nn.init.normal_(module.positions, std=0.02, generator=generator)
        elif isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            nn.init.uniform_(module.weight, -bound, bound, generator=generator)
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
