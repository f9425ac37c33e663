"""A CNN for photographs of 16x16 to 40x40 pixels that trains in half an hour on two CPU cores.

After the network of Jordan 2024 (https://arxiv.org/abs/2404.00498), which trains CIFAR-10 fastest. It is fast because
its first layer is not trained, it pools early, and its convolutions begin as the identity, so that gradients flow from
the first step without residual connections. That paper fits the first filters to training images. Here they are fixed,
so a gold model owes nothing to an image that it must not see.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STEM = 2  # pixels per side of the first filters
GROWTH = (1, 4, 4)  # channels of the groups as multiples of the width
MOMENTUM = 0.4  # of BatchNorm's running statistics; torch's 0.1 needs more steps than these short trainings have
LOGIT_SCALE = 1 / 9


class Stem(nn.Module):
    """Fixed 2x2 filters and their negatives, each response scaled to unit variance by BatchNorm without parameters.

    The filters are the cosine basis over colours, rows and columns. For three colours its axes are brightness,
    red - blue and green - magenta: the principal axes of natural colours (Ohta et al. 1980), so that together with the
    scaling the layer whitens photographs approximately. Filters are a buffer: no method can move them.
    """

    filters: Tensor

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.register_buffer("filters", torch.empty(2 * in_channels * STEM**2, in_channels, STEM, STEM))
        self.norm = nn.BatchNorm2d(len(self.filters), momentum=MOMENTUM, affine=False)

    def reset_parameters(self) -> None:
        """Sets the filters; they are the same for every seed."""
        colours, pixels = cosine_basis(self.in_channels), cosine_basis(STEM)
        basis = torch.einsum("ac,by,dx->abdcyx", colours, pixels, pixels).flatten(0, 2)
        self.filters.copy_(torch.cat([basis, -basis]))

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(F.conv2d(x, self.filters))


class IdentityConv(nn.Conv2d):
    """A 3x3 convolution whose first output channels begin as copies of its inputs; only the others are drawn."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, padding=1, bias=False)

    def initialise(self, generator: torch.Generator) -> None:
        """Draws uniform weights (torch's default range), then sets the copies."""
        bound = 1 / math.sqrt(self.weight[0].numel())
        nn.init.uniform_(self.weight, -bound, bound, generator=generator)
        nn.init.dirac_(self.weight.data[: self.in_channels])


class Scale(nn.Module):
    """Multiplies by a constant."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


class FastCNN(nn.Module):
    """Fixed stem, three groups of two convolutions that halve the image, max pool, linear head.

    Args:
        width: channels of the first group; the others have four times as many.
    """

    def __init__(self, width: int, num_classes: int, in_channels: int) -> None:
        super().__init__()
        stem = Stem(in_channels)
        layers: list[nn.Module] = [stem, nn.GELU()]
        channels = len(stem.filters)
        for growth in GROWTH:
            layers += group(channels, width * growth)
            channels = width * growth
        self.features = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), Scale(LOGIT_SCALE))
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, K) of images float32 (N, C, H, W) in [0, 1]."""
        return self.head(self.features(x))


def group(inputs: int, outputs: int) -> list[nn.Module]:
    """Two convolutions with BatchNorm and GELU; the image is halved after the first."""
    return [
        IdentityConv(inputs, outputs), nn.MaxPool2d(2), nn.BatchNorm2d(outputs, momentum=MOMENTUM), nn.GELU(),
        IdentityConv(outputs, outputs), nn.BatchNorm2d(outputs, momentum=MOMENTUM), nn.GELU(),
    ]  # fmt: skip


def cosine_basis(size: int) -> Tensor:
    """The orthonormal discrete cosine basis (DCT-II): one vector per row, the constant first."""
    place = torch.arange(size, dtype=torch.float64)
    rows = torch.cos(math.pi / size * (place + 0.5) * place[:, None])
    return (rows / rows.norm(dim=1, keepdim=True)).float()
