import torch
from torch import nn

from core.models.allcnn import AllCNN


def test_its_convolutions_are_those_of_the_paper():
    model = AllCNN(96, 10, 3)
    found = [(m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0]) for m in model.features if
             isinstance(m, nn.Conv2d)]  # fmt: skip
    # Springenberg et al. 2015, Table 1, column C, and the layers of Section 3 that stand for its poolings
    assert found == [
        (3, 96, 3, 1), (96, 96, 3, 1), (96, 96, 3, 2), (96, 192, 3, 1), (192, 192, 3, 1), (192, 192, 3, 2),
        (192, 192, 3, 1), (192, 192, 1, 1),
    ]  # fmt: skip
    # the paper's network has 1,369,738; BatchNorm replaces 1,248 biases by twice as many constants
    assert sum(p.numel() for p in model.parameters()) == 1_369_738 + 1_248


def test_the_mean_before_the_head_is_the_papers_mean_after_a_1x1_convolution():
    model = AllCNN(8, 5, 3).eval()
    x = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    maps = model.features[:-2](x)
    last = nn.Conv2d(16, 5, 1)
    last.load_state_dict({"weight": model.head.weight[:, :, None, None], "bias": model.head.bias})
    torch.testing.assert_close(model(x), last(maps).mean(dim=(2, 3)))
