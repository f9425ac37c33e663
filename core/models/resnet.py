"""ResNets: ResNet-18 for 32x32 images and a tiny ResNet for 8x8 images."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LARGE = 48  # pixels per side


class Normalise(nn.Module):
    """Normalises per channel, (x - mean) / std; the constants are buffers of the model."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(-1, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(-1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std


class Shortcut(nn.Conv2d):
    """A 1x1 convolution with a stride.

    Large images are subsampled first, with the same result: in torch 2.14.1 the backward pass crashes for eight or
    fewer channels of at least 56 pixels per side in channels-last format on a CPU with AVX-512.
    """

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] <= LARGE:
            return super().forward(x)
        down, across = self.stride
        return F.conv2d(x[:, :, ::down, ::across], self.weight)


class Block(nn.Module):
    """Two 3x3 convolutions with BatchNorm, and a shortcut (He et al. 2016, basic block)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU()  # one module per call site, never in place: captum hooks modules
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.ReLU()
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(Shortcut(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu1(self.bn1(self.conv1(x)))
        return self.relu2(self.bn2(self.conv2(out)) + self.shortcut(x))


class ResNet(nn.Module):
    """Stride-1 stem without max-pool, stages that double the channels and halve the image, mean pool, linear head.

    Args:
        blocks: residual blocks per stage.
        width: channels of the first stage.
    """

    def __init__(self, blocks: tuple[int, ...], width: int, num_classes: int, in_channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [
            nn.Conv2d(in_channels, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
        ]
        channels = width
        for stage, count in enumerate(blocks):
            for block in range(count):
                stride = 2 if stage > 0 and block == 0 else 1
                layers.append(Block(channels, width << stage, stride))
                channels = width << stage
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, K) of images float32 (N, C, H, W) in [0, 1]."""
        return self.head(self.features(x))
