"""Networks as other projects write them, in short: what was imported from them computes the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import ModelSpec, make_spec
from core.datasets import add_images
from core.experiment.weights import add_weights
from core.models import model_for, set_state
from core.models.foreign import our_names
from core.store.weights import given_weights

WIDTH = 8
MEAN, STD = torch.tensor([0.49, 0.48, 0.45]), torch.tensor([0.25, 0.24, 0.26])


def conv(inputs: int, outputs: int, side: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, side, stride, padding=side // 2, bias=False)


class Normalize(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", MEAN.clone())
        self.register_buffer("std", STD.clone())

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean[None, :, None, None]) / self.std[None, :, None, None]


class Block(nn.Module):
    """Of torchvision (``downsample``) and of kuangliu (``shortcut``)."""

    def __init__(self, inputs: int, outputs: int, stride: int, side_way: str) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv(outputs, outputs, 3), nn.BatchNorm2d(outputs)
        self.side_way = side_way
        if inputs != outputs:
            setattr(self, side_way, nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs)))

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(out + (getattr(self, self.side_way)(x) if hasattr(self, self.side_way) else x))


class ResNet(nn.Module):
    """ResNet-18 by the names of torchvision and kuangliu."""

    def __init__(self, side_way: str, last: str, normalize: bool) -> None:
        super().__init__()
        if normalize:
            self.normalize = Normalize()
        self.conv1, self.bn1 = conv(3, WIDTH, 3), nn.BatchNorm2d(WIDTH)
        inputs = WIDTH
        for n, outputs in enumerate((WIDTH, 2 * WIDTH, 4 * WIDTH, 8 * WIDTH), start=1):
            blocks = (Block(inputs, outputs, 1 if n == 1 else 2, side_way), Block(outputs, outputs, 1, side_way))
            setattr(self, f"layer{n}", nn.Sequential(*blocks))
            inputs = outputs
        self.last = last
        setattr(self, last, nn.Linear(inputs, 10))

    def forward(self, x: Tensor) -> Tensor:
        x = self.normalize(x) if hasattr(self, "normalize") else x
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return getattr(self, self.last)(F.adaptive_avg_pool2d(x, 1).flatten(1))


class ResidualFunction(nn.Module):
    """Block of weiaicunzai and SSD."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.residual_function = nn.Sequential(
            conv(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs), nn.ReLU(),
            conv(outputs, outputs, 3), nn.BatchNorm2d(outputs),
        )  # fmt: skip
        self.shortcut = nn.Sequential()
        if inputs != outputs:
            self.shortcut = nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.residual_function(x) + self.shortcut(x))


class Weiaicunzai(nn.Module):
    """ResNet-18 by the names of weiaicunzai and SSD."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(conv(3, WIDTH, 3), nn.BatchNorm2d(WIDTH), nn.ReLU())
        inputs = WIDTH
        for n, outputs in enumerate((WIDTH, 2 * WIDTH, 4 * WIDTH, 8 * WIDTH), start=2):
            first = ResidualFunction(inputs, outputs, 1 if n == 2 else 2)
            setattr(self, f"conv{n}_x", nn.Sequential(first, ResidualFunction(outputs, outputs, 1)))
            inputs = outputs
        self.fc = nn.Linear(inputs, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv5_x(self.conv4_x(self.conv3_x(self.conv2_x(self.conv1(x)))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class VGG(nn.Module):
    """VGG-16 with BatchNorm by the names of torchvision and kuangliu."""

    def __init__(self, classifier: nn.Module) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 3
        for count, growth in ((2, 1), (2, 2), (3, 4), (3, 8), (3, 8)):
            for _ in range(count):
                outputs = WIDTH * growth
                layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
                inputs = outputs
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = classifier

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).flatten(1))


class RobModel(nn.Module):
    """What torchunlearn saves: the network in a wrapper, and the normalisation as buffers beside it."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("n_classes", torch.tensor(10))
        self.register_buffer("mean", MEAN.clone())
        self.register_buffer("std", STD.clone())

    def forward(self, x: Tensor) -> Tensor:
        return self.model((x - self.mean[:, None, None]) / self.std[:, None, None])


def settled(model: nn.Module) -> nn.Module:
    """As after some training: BatchNorm's statistics are not those of the start."""
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.1, generator=generator)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5, generator=generator)
            nn.init.normal_(module.running_mean, std=0.1, generator=generator)
            nn.init.uniform_(module.running_var, 0.5, 1.5, generator=generator)
    return model.eval()


@pytest.fixture
def images(tmp_path: Path) -> tuple[str, np.ndarray]:
    """The name of a data set of noise, and its test images."""
    rng = np.random.default_rng(0)
    arrays = {name: rng.integers(0, 256, (count, 32, 32, 3), np.uint8) for name, count in (("train", 20), ("test", 8))}
    np.savez(
        tmp_path / "noise.npz", x_train=arrays["train"], y_train=np.arange(20) % 10, x_test=arrays["test"],
        y_test=np.arange(8), class_names=np.array([f"class {n}" for n in range(10)]),
    )  # fmt: skip
    return add_images(f"npz:{tmp_path / 'noise.npz'}"), np.moveaxis(arrays["test"], -1, 1)


def seen(model: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        return model(x)


STYLES: dict[str, tuple[nn.Module, dict[str, Any], str]] = {
    "Unlearn-Saliency": (ResNet("downsample", "fc", normalize=True), {}, "from the file"),
    "torchvision": (ResNet("downsample", "fc", normalize=False), {"normalise": "0/1"}, "as given"),
    "kuangliu": (nn.DataParallel(ResNet("shortcut", "linear", normalize=True)), {}, "from the file"),
    "behind a normalisation": (
        nn.Sequential(Normalize(), ResNet("shortcut", "linear", normalize=False)), {}, "from the file",
    ),
    "torchunlearn": (RobModel(ResNet("shortcut", "linear", normalize=False)), {}, "from the file"),
    "SSD": (nn.Sequential(Normalize(), Weiaicunzai()), {}, "from the file"),
    "VGG of kuangliu": (VGG(nn.Linear(8 * WIDTH, 10)), {"normalise": "0/1"}, "as given"),
    "VGG of torchvision": (VGG(nn.Sequential(nn.Linear(8 * WIDTH, 10))), {"normalise": "0,0,0/1,1,1"}, "as given"),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_an_imported_network_computes_the_same(style: str, images: tuple[str, np.ndarray], tmp_path: Path) -> None:
    name, pixels = images
    theirs, words, source = STYLES[style]
    settled(theirs)
    torch.save({"state_dict": theirs.state_dict(), "epoch": 182}, tmp_path / "theirs.pth")
    arch = "vgg16-bn" if "VGG" in style else "resnet18"
    spec = ModelSpec(data={"name": name}, arch=arch, width=WIDTH)

    info = add_weights(tmp_path / "theirs.pth", spec, **words)
    ours = set_state(model_for(spec), given_weights(spec.replace(weights=info.name))).eval()
    x = torch.tensor(pixels).float() / 255
    logits = seen(theirs, x)
    assert logits.std() > 0.01  # the images are told apart
    torch.testing.assert_close(seen(ours, x), logits, rtol=0, atol=1e-6)
    assert info.normalisation.endswith(f"({source})")
    assert info.right == (logits.argmax(1) == torch.arange(8)).double().mean()


def test_what_no_rule_knows_keeps_its_name() -> None:
    names = ["module.layer3.0.conv3.weight", "module.encoder.weight", "features.4.weight", "classifier.6.bias"]
    assert our_names(names) == {
        "module.layer3.0.conv3.weight": "features.4.conv3.weight",
        "module.encoder.weight": "encoder.weight",
        "features.4.weight": "features.5.weight",
        "classifier.6.bias": "classifier.6.bias",
    }


def test_our_own_names_stay() -> None:
    ours = list(model_for(make_spec("digits").model).state_dict())
    assert our_names(f"module.{name}" for name in ours) == {f"module.{name}": name for name in ours}
