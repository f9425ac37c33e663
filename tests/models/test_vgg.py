import torch
from torch import nn

from core.models.vgg import VGG


def test_it_is_torchvisions_vgg16_with_one_linear_layer():
    from torchvision.models import vgg16_bn  # slow to import, so here alone

    theirs = nn.Sequential(vgg16_bn().features, nn.Flatten(), nn.Linear(512, 10))
    ours = VGG(64, 10, 3)
    ours.load_state_dict(dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True)))  # the same order
    x = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))
    # 14,710,464 of the convolutions without their norms (configuration D: the sum of 9 in out + out), 8,448 of the
    # norms (twice 4,224 channels), 5,130 of the head
    assert sum(p.numel() for p in ours.parameters()) == 14_714_688 + 8_448 + 5_130
