"""Maps against closed forms, on networks small enough to have them."""

import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from core import build_model
from core.attribution import grad_cam, integrated_gradients, smoothgrad


class Network(nn.Module):
    """Layers and a linear head, as core's architectures have them."""

    def __init__(self, *layers: nn.Module, width: int, classes: int = 3) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Identity(), *layers)
        self.head = nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def image() -> Tensor:
    return torch.rand(2, 4, 4, generator=seeded())


@pytest.fixture
def linear() -> Network:
    return Network(nn.Flatten(), width=32)


@pytest.fixture
def tiny() -> nn.Module:
    return build_model("resnet-tiny", 3, 1, 8, seed=0, mean=(0.3,), std=(0.4,), width=8)


def test_smoothgrad_of_a_linear_model_is_its_weights(linear: Network, image: Tensor) -> None:
    found = smoothgrad(linear, image, 1, generator=seeded())
    torch.testing.assert_close(found, linear.head.weight[1].view(2, 4, 4).sum(dim=0).detach())


def test_smoothgrad_of_a_square_is_the_mean_gradient(image: Tensor) -> None:
    """f(x) = sum of squares has the gradient 2x, which is averaged over x + noise: 2 (x + mean noise)."""

    class Square(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.flatten(1).square().sum(dim=1, keepdim=True)

    model = Network(Square(), width=1)
    noise = 0.1 * torch.randn((5, 2, 4, 4), generator=seeded(7))
    expected = 2 * (image + noise.mean(dim=0)) * model.head.weight[2, 0].detach()
    found = smoothgrad(model, image, 2, generator=seeded(7), copies=5)
    torch.testing.assert_close(found, expected.sum(dim=0))


def test_integrated_gradients_of_a_linear_model(linear: Network, image: Tensor) -> None:
    """w * (x - baseline), the baseline black."""
    expected = (linear.head.weight[2].view(2, 4, 4) * image).sum(dim=0).detach()
    torch.testing.assert_close(integrated_gradients(linear, image, 2), expected)


def test_integrated_gradients_add_up_to_the_difference_to_black(tiny: nn.Module) -> None:
    image = torch.randint(0, 256, (1, 8, 8), dtype=torch.uint8, generator=seeded())
    tiny.eval()
    with torch.no_grad():
        logits, black = (tiny(x)[0, 1] for x in (image[None] / 255, torch.zeros(1, 1, 8, 8)))
    found = integrated_gradients(tiny, image, 1, steps=400).sum()
    torch.testing.assert_close(found, logits - black, atol=2e-3, rtol=1e-2)  # the sum over 400 points is no integral


def test_grad_cam_of_one_convolution() -> None:
    """Mean pooling gives every position of map k the gradient w_k / positions, so the map is
    relu(sum_k w_k A_k / positions) with A_k = relu(v_k x)."""
    model = Network(nn.Conv2d(1, 2, 1, bias=False), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), width=2)
    image = torch.rand(1, 28, 28, generator=seeded())
    maps = (model.features[1].weight.view(2, 1, 1) * image).relu()
    expected = (model.head.weight[0].view(2, 1, 1) * maps / 28**2).sum(dim=0).relu().detach()
    torch.testing.assert_close(grad_cam(model, image, 0), expected)


@pytest.mark.parametrize(("arch", "size"), [("resnet-tiny", 8), ("resnet-tiny", 16), ("vit-small", 28)])
def test_no_grad_cam_where_places_cannot_be_told_apart(arch: str, size: int) -> None:
    model = build_model(arch, 3, 1, size, seed=0, width=8 if arch == "resnet-tiny" else 24)
    assert grad_cam(model, torch.rand(1, size, size, generator=seeded()), 0) is None


@pytest.mark.parametrize("arch", ["resnet18", "vgg16-bn", "allcnn"])
def test_grad_cam_has_the_size_of_the_image(arch: str) -> None:
    model = build_model(arch, 3, 3, 32, seed=0, width=4)
    found = grad_cam(model, torch.rand(3, 32, 32, generator=seeded()), 0)
    assert found is not None
    assert found.shape == (32, 32)
    assert found.min() >= 0


MAPS = [lambda *args: smoothgrad(*args, generator=seeded()), integrated_gradients]


@pytest.mark.parametrize("attribute", MAPS)
def test_everything_is_left_as_it_was_found(attribute: Callable[..., Tensor], tiny: nn.Module) -> None:
    tiny.train()
    tiny.head.weight.requires_grad_(False)
    image = torch.rand(1, 8, 8, generator=seeded())
    state, drawn = {k: v.clone() for k, v in tiny.state_dict().items()}, torch.get_rng_state()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = attribute(tiny, image, 0)
    assert not found.requires_grad
    assert found.shape == (8, 8)
    assert all(module.training for module in tiny.modules())
    assert [name for name, p in tiny.named_parameters() if not p.requires_grad] == ["head.weight"]
    assert all(p.grad is None for p in tiny.parameters())
    assert not any(m._forward_hooks or m._backward_hooks or m._forward_pre_hooks for m in tiny.modules())
    assert not image.requires_grad
    assert torch.equal(torch.get_rng_state(), drawn)
    assert all(torch.equal(value, state[name]) for name, value in tiny.state_dict().items())


@pytest.mark.parametrize("attribute", MAPS)
def test_maps_are_reproducible_and_depend_on_the_weights(attribute: Callable[..., Tensor], tiny: nn.Module) -> None:
    image = torch.rand(1, 8, 8, generator=seeded())
    first, again = attribute(tiny, image, 0), attribute(tiny, image, 0)
    other = attribute(build_model("resnet-tiny", 3, 1, 8, seed=1, width=8), image, 0)
    assert torch.equal(first, again)
    assert torch.corrcoef(torch.stack([first.flatten(), other.flatten()]))[0, 1].abs() < 0.9
