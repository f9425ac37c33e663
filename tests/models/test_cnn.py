import pytest
import torch
from torch import nn

from core.models.cnn import SmallCNN


def test_its_convolutions_and_its_size():
    model = SmallCNN(16, 10, 1)
    found = [(m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0]) for m in model.features if
             isinstance(m, nn.Conv2d)]  # fmt: skip
    assert found == [(1, 16, 5, 2), (16, 32, 3, 2), (32, 64, 3, 2), (64, 64, 3, 1)]
    convolutions = 25 * 16 + 9 * (16 * 32 + 32 * 64 + 64 * 64)
    norms = 2 * (16 + 32 + 64 + 64)
    assert sum(p.numel() for p in model.parameters()) == convolutions + norms + (4 * 64 + 1) * 10 == 63_226


@pytest.mark.parametrize("size", [16, 28, 32, 40])
def test_its_features_are_means_over_quarters_of_the_last_maps(size: int):
    model = SmallCNN(4, 3, 2).eval()
    x = torch.rand(2, 2, size, size, generator=torch.Generator().manual_seed(0))
    maps = model.features[:-2](x)
    side = maps.shape[-1]
    assert side == -(-size // 8)
    half = -(-side // 2)  # of an odd side, the middle belongs to both halves
    first, second = slice(0, half), slice(side - half, side)
    quarters = [maps[:, :, rows, columns].mean(dim=(2, 3)) for rows in (first, second) for columns in (first, second)]
    torch.testing.assert_close(model.features(x), torch.stack(quarters, dim=2).flatten(1))
