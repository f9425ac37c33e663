"""A small CNN for 16x16 to 40x40 images, which trains on a laptop's CPU while one looks on.

Three convolutions halve the image each, so an image costs an eighth of what it costs the tiny ResNet. What is left is
pooled to 2x2 positions, not to one: four times as many features from the same convolutions. MU-Mis forgets a class
mostly in the head, and with so many features it takes fewer of the others' along.
"""

from torch import Tensor, nn

LAYERS = ((1, 5, 2), (2, 3, 2), (4, 3, 2), (4, 3, 1))  # channels in widths, kernel, stride
POSITIONS = 2  # a side, on which the head looks


class SmallCNN(nn.Module):
    """Four convolutions with BatchNorm and ReLU, mean pool to 2x2, linear head.

    Args:
        width: channels of the first layer.
    """

    def __init__(self, width: int, num_classes: int, in_channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = in_channels
        for growth, kernel, stride in LAYERS:
            outputs = width * growth
            layers += [
                nn.Conv2d(channels, outputs, kernel, stride, padding=kernel // 2, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
            ]
            channels = outputs
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(POSITIONS), nn.Flatten())
        self.head = nn.Linear(channels * POSITIONS**2, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, K) of images float32 (N, C, H, W) in [0, 1]."""
        return self.head(self.features(x))
