import pytest
import torch
from torch import nn

from core.models import build_model, get_state
from core.models.resnet import Block, Normalise, ResNet, Shortcut


def test_normalise_is_per_channel_and_its_constants_are_state():
    layer = Normalise((0.5, 0.1), (0.25, 2.0))
    x = torch.tensor([[[[1.0]], [[1.0]]]])
    torch.testing.assert_close(layer(x).flatten(), torch.tensor([2.0, 0.45]))  # (1 - 0.5) / 0.25, (1 - 0.1) / 2
    assert set(layer.state_dict()) == {"mean", "std"}
    assert list(layer.parameters()) == []


def test_a_block_is_two_convolutions_and_a_shortcut():
    block = Block(2, 2, 1).eval()
    nn.init.zeros_(block.conv2.weight)
    x = torch.randn(3, 2, 4, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(block(x), x.relu())  # what is left is the shortcut and the last ReLU
    assert Block(2, 4, 2)(x).shape == (3, 4, 2, 2)
    assert len(Block(2, 4, 1).shortcut) == len(Block(2, 2, 2).shortcut) == 2


def test_resnet18_is_torchvisions_but_for_the_stem():
    from torchvision.models import resnet18  # slow to import, so here alone

    theirs = resnet18(num_classes=10)
    theirs.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    theirs.maxpool = nn.Identity()
    ours = ResNet((2, 2, 2, 2), 64, 10, 3)
    values = theirs.state_dict().values()
    ours.load_state_dict(dict(zip(ours.state_dict(), values, strict=True)))  # both name their parts in the same order
    x = torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    for mode in (True, False):
        torch.testing.assert_close(ours.train(mode)(x), theirs.train(mode)(x))
    assert sum(p.numel() for p in ours.parameters()) == 11_173_962  # the size of CIFAR-10's ResNet-18 in the literature


def test_stages_double_the_channels_and_halve_the_image():
    model = ResNet((1, 1, 1), 16, 10, 1).eval()
    shapes = []
    for module in model.features:
        if isinstance(module, Block):
            module.register_forward_hook(lambda module, args, out: shapes.append(tuple(out.shape[1:])))
    model(torch.zeros(1, 1, 8, 8))
    assert shapes == [(16, 8, 8), (32, 4, 4), (64, 2, 2)]


def test_every_relu_is_called_once_and_not_in_place():
    model = ResNet((1, 2), 4, 3, 1).eval()
    calls: list[nn.Module] = []
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            assert not module.inplace
            module.register_forward_hook(lambda module, args, out: calls.append(module))
    model(torch.zeros(1, 1, 8, 8))
    assert len(calls) == len(set(calls)) == 1 + 2 * 3  # the stem's, and two per block
    assert all("relu" not in name for name in get_state(model))


@pytest.mark.parametrize("size", [48, 49, 64])
def test_a_shortcut_is_a_convolution_whatever_the_size(size: int):
    generator = torch.Generator().manual_seed(0)
    own, usual = Shortcut(8, 16, 1, 2, bias=False), nn.Conv2d(8, 16, 1, 2, bias=False)
    usual.load_state_dict(own.state_dict())
    x = torch.rand(2, 8, size, size, generator=generator)
    torch.testing.assert_close(own(x), usual(x))


def test_large_images_that_lie_channels_last_can_be_trained_on():
    """They ended the process: see ``Shortcut``."""
    model = build_model("resnet18", 8, 3, 64, seed=0, width=8)
    images = torch.rand(8, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    for _ in range(3):  # it did not survive the second
        model(images.contiguous(memory_format=torch.channels_last)).sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())
