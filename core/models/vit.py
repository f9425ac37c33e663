"""ViT-S (Dosovitskiy et al. 2021; small size of Touvron et al. 2021) on 4x4 patches.

Attention uses plain matrix products, because torch's fused kernels have no second derivative, which MU-Mis needs. With
65 tokens per 32x32 image fused kernels would gain little.
"""

import math

import torch
from torch import Tensor, nn

PATCH = 4  # pixels per side
DEPTH = 12
HEADS = 6


class Tokens(nn.Module):
    """Patch embedding with class token and learned positions: (N, C, H, W) -> (N, 1 + T, D)."""

    def __init__(self, width: int, in_channels: int, image_size: int) -> None:
        super().__init__()
        self.patches = nn.Conv2d(in_channels, width, PATCH, PATCH)
        self.first = nn.Parameter(torch.empty(1, 1, width))
        self.positions = nn.Parameter(torch.empty(1, 1 + (image_size // PATCH) ** 2, width))

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        return torch.cat([self.first.expand(len(x), -1, -1), tokens], dim=1) + self.positions


class Attention(nn.Module):
    """Multi-head self-attention (N, T, D) -> (N, T, D)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        count, length, width = x.shape
        parts = self.to_qkv(x).view(count, length, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)  # each (N, heads, T, D / heads)
        weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(dim=-1)
        return self.out((weights @ v).transpose(1, 2).reshape(count, length, width))


class Layer(nn.Module):
    """Transformer layer: attention and a two-layer perceptron, both with pre-LayerNorm and shortcut."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.perceptron = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.perceptron(self.norm2(x))


class ClassToken(nn.Module):
    """Selects the class token: (N, T, D) -> (N, D)."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, 0]


class ViT(nn.Module):
    """Tokens, twelve layers, LayerNorm, the class token, linear head.

    Args:
        width: length of a token; six heads, or fewer if six does not divide it.
        image_size: pixels per side, a multiple of 4.
    """

    def __init__(self, width: int, num_classes: int, in_channels: int, image_size: int) -> None:
        super().__init__()
        layers = [Layer(width, math.gcd(width, HEADS)) for _ in range(DEPTH)]
        self.features = nn.Sequential(
            Tokens(width, in_channels, image_size), *layers, nn.LayerNorm(width, eps=1e-6), ClassToken()
        )
        self.head = nn.Linear(width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, K) of images float32 (N, C, H, W) in [0, 1]."""
        return self.head(self.features(x))
