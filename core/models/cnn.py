"""A small CNN for 16x16 to 40x40 images that is fast enough to train on a laptop CPU.

Three convolutions halve the image, so an image costs an eighth of its cost in the tiny ResNet. The output is pooled to
2x2 positions instead of one, which gives four times as many features. MU-Mis forgets a class mostly in the head, and
more features reduce its damage to other classes.
"""

from torch import Tensor, nn

LAYERS = ((1, 5, 2), (2, 3, 2), (4, 3, 2), (4, 3, 1))  # channels as multiples of the width, kernel, stride
POSITIONS = 2  # per side, after pooling


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
