"""All-CNN-C (Springenberg et al. 2015, Table 1): convolutions only, with strides instead of pooling.

BatchNorm is added (the paper has none), so that the recipes of the other networks also train this one. The paper ends
in a 1x1 convolution to the classes and a mean over positions. Both are linear, so here the mean comes first and the
convolution is the linear head.
"""

from torch import Tensor, nn

# channels as multiples of the width, kernel, stride
LAYERS = ((1, 3, 1), (1, 3, 1), (1, 3, 2), (2, 3, 1), (2, 3, 1), (2, 3, 2), (2, 3, 1), (2, 1, 1))


class AllCNN(nn.Module):
    """Eight convolutions, mean pool, linear head.

    Args:
        width: channels of the first three layers; the others have twice as many.
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
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, K) of images float32 (N, C, H, W) in [0, 1]."""
        return self.head(self.features(x))
