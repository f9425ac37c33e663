"""VGG-16 with BatchNorm for 32x32 images (Simonyan and Zisserman 2015, configuration D).

Five poolings leave one position, so one linear layer replaces the three for 224x224 images.
"""

from torch import Tensor, nn

STAGES = (2, 2, 3, 3, 3)  # 3x3 convolutions before each pooling
GROWTH = (1, 2, 4, 8, 8)  # channels of each stage, as multiples of the width


class VGG(nn.Module):
    """Stages of convolutions with a max-pool at the end of each, mean pool, linear head.

    Args:
        width: channels of the first stage.
    """

    def __init__(self, width: int, num_classes: int, in_channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = in_channels
        for count, growth in zip(STAGES, GROWTH, strict=True):
            for _ in range(count):
                layers += [nn.Conv2d(channels, width * growth, 3, padding=1), nn.BatchNorm2d(width * growth), nn.ReLU()]
                channels = width * growth
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, K) of images float32 (N, C, H, W) in [0, 1]."""
        return self.head(self.features(x))
