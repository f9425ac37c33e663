import pytest
import torch
from torch import nn

from core.models import build_model
from core.models.fast_cnn import FastCNN, IdentityConv, Stem, cosine_basis


def fast(image_size: int = 32, channels: int = 3, width: int = 8) -> nn.Module:
    return build_model("cnn-fast", 10, channels, image_size, seed=0, width=width)


def test_its_convolutions_and_its_size():
    model = FastCNN(64, 10, 3)
    found = [(m.in_channels, m.out_channels) for m in model.modules() if isinstance(m, nn.Conv2d)]
    assert found == [(24, 64), (64, 64), (64, 256), (256, 256), (256, 256), (256, 256)]
    convolutions = 9 * sum(inputs * outputs for inputs, outputs in found)
    norms = 2 * (2 * 64 + 4 * 256)
    assert sum(p.numel() for p in model.parameters()) == convolutions + norms + 257 * 10 == 1_972_490


def test_the_cosine_basis_of_two_and_three():
    half, third, sixth = 2**-0.5, 3**-0.5, 6**-0.5
    torch.testing.assert_close(cosine_basis(2), torch.tensor([[half, half], [half, -half]]))
    brightness, red_blue, green_magenta = [third] * 3, [half, 0, -half], [sixth, -2 * sixth, sixth]
    torch.testing.assert_close(cosine_basis(3), torch.tensor([brightness, red_blue, green_magenta]))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_first_filters_are_orthonormal_with_their_negatives_and_no_parameters(channels: int):
    stem = fast(channels=channels).features[1]
    assert isinstance(stem, Stem)
    count = 4 * channels
    filters = stem.filters.flatten(1)
    torch.testing.assert_close(filters[:count] @ filters[:count].T, torch.eye(count))
    assert torch.equal(filters[count:], -filters[:count])
    assert list(stem.parameters()) == []


def test_the_first_responses_have_unit_variance():
    stem = fast().features[1]
    x = torch.rand(16, 3, 9, 9, generator=torch.Generator().manual_seed(0)) * torch.tensor([1.0, 5, 0.2]).view(3, 1, 1)
    torch.testing.assert_close(stem(x).var(dim=(0, 2, 3), correction=0), torch.ones(24), rtol=2e-3, atol=0)


def test_a_convolution_begins_as_a_copy_of_its_inputs():
    convolution = IdentityConv(2, 5)
    convolution.initialise(torch.Generator().manual_seed(0))
    x = torch.rand(1, 2, 6, 6)
    torch.testing.assert_close(convolution(x)[:, :2], x)
    assert 0 < convolution.weight[2:].abs().max() <= 1 / 18**0.5


@pytest.mark.parametrize("size", [16, 28, 32, 40])
def test_its_features_are_the_largest_values_of_the_last_maps(size: int):
    model = fast(size).eval()
    x = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0))
    maps = model.features[:-3](x)
    assert maps.shape[2] == (size - 1) // 8
    torch.testing.assert_close(model.features(x), maps.amax(dim=(2, 3)) / 9)
