import pytest
import torch

from core.models.vit import ViT


@pytest.mark.parametrize(("width", "heads"), [(24, 6), (8, 2)])
def test_it_is_torchvisions_vision_transformer(width: int, heads: int):
    from torchvision.models import VisionTransformer  # slow to import, so here alone

    theirs = VisionTransformer(16, 4, 12, heads, width, 4 * width, num_classes=5).eval()
    with torch.no_grad():
        for p in theirs.parameters():
            p.normal_(std=0.2, generator=torch.Generator().manual_seed(p.numel()))
    given = dict(theirs.state_dict())
    ours = ViT(width, 5, 3, 16).eval()
    first = {"features.0.first": given.pop("class_token"), "features.0.positions": given.pop("encoder.pos_embedding"),
             "features.0.patches.weight": given.pop("conv_proj.weight"),
             "features.0.patches.bias": given.pop("conv_proj.bias")}  # fmt: skip
    rest = [name for name in ours.state_dict() if name not in first]
    ours.load_state_dict(first | dict(zip(rest, given.values(), strict=True)))  # both name the rest in the same order
    x = torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ours(x), theirs(x))


def test_it_has_the_size_of_vit_s():
    # 12 layers of 12 d^2 + 13 d, the last norm 2 d, d = 384: 21,293,568 + 768 (Touvron et al. 2021 give 22 M with
    # larger patches and more classes); 65 positions and a class token, patches of 48 values, ten classes
    size = 12 * (12 * 384**2 + 13 * 384) + 2 * 384 + 66 * 384 + 49 * 384 + 385 * 10
    assert sum(p.numel() for p in ViT(384, 10, 3, 32).parameters()) == size == 21_342_346
