import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core import make_spec
from core.errors import InvalidSpec
from core.models import build_model, device_of, get_state, model_for, set_state
from core.sensitivity import mumis_terms
from core.specs import ARCHITECTURES
from core.specs.data import MIN_IMAGE_SIZE


def built(arch: str, seed: int = 0, **options) -> nn.Module:
    return build_model(arch, 10, 1, MIN_IMAGE_SIZE[arch], seed, width=8, **options)


def images(arch: str, count: int = 5) -> Tensor:
    size = MIN_IMAGE_SIZE[arch]
    return torch.rand(count, 1, size, size, generator=torch.Generator().manual_seed(1))


def same(one: nn.Module, other: nn.Module) -> bool:
    theirs = other.state_dict()
    return all(torch.equal(value, theirs[name]) for name, value in one.state_dict().items())


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_a_model_is_its_head_on_its_features(arch: str):
    model, x = built(arch).eval(), images(arch)
    assert isinstance(model.head, nn.Linear)
    assert model.features(x).shape == (5, model.head.in_features)
    assert model(x).shape == (5, 10)
    assert torch.equal(model(x), model.head(model.features(x)))


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_samples_do_not_mix_in_eval_mode(arch: str):
    model, x = built(arch).eval(), images(arch)
    one_by_one = torch.cat([model(image[None]) for image in x])
    torch.testing.assert_close(model(x), one_by_one)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_input_gradients_can_be_differentiated_again(arch: str):
    """The slope of the target squared along its own gradient in weight space, in float64, against a difference."""
    model, x = built(arch).double().eval(), images(arch, 2).double()
    labels, other = torch.tensor([1, 4]), torch.tensor([2, 3])
    parameters = list(model.parameters())

    def squared() -> Tensor:
        return mumis_terms(model, x, labels, other)[0].sum()

    slopes = torch.autograd.grad(squared(), parameters, allow_unused=True)  # biases of the head have none
    length = sum(s.square().sum() for s in slopes if s is not None).sqrt()
    assert length > 0
    values = []
    for step in (1e-6, -2e-6):
        with torch.no_grad():
            for parameter, slope in zip(parameters, slopes, strict=True):
                if slope is not None:
                    parameter += step * slope / length
        values.append(squared().item())
    assert (values[0] - values[1]) / 2e-6 == pytest.approx(length.item(), rel=1e-3)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_the_seed_alone_determines_the_weights(arch: str):
    first = built(arch, seed=3)
    before = torch.get_rng_state()
    torch.rand(7)
    assert same(first, built(arch, seed=3))
    torch.set_rng_state(before)
    other = built(arch, seed=4)
    assert torch.equal(torch.get_rng_state(), before)  # nothing was drawn from the global generator
    for name, value in first.named_parameters():
        square = arch == "cnn-fast" and value.dim() == 4 and value.shape[0] <= value.shape[1]  # begins as the identity
        if value.dim() > 1 and not square:
            assert not torch.equal(value, other.get_parameter(name)), name


def test_first_weights_have_the_spread_of_he_et_al():
    model = build_model("resnet18", 10, 3, 32, seed=0)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):  # He et al. 2015, eq. 14: variance 2 / (k^2 outputs)
            expected = (2 / (module.kernel_size[0] ** 2 * module.out_channels)) ** 0.5
            assert module.weight.std().item() == pytest.approx(expected, rel=0.1)
        elif isinstance(module, nn.BatchNorm2d):
            assert torch.equal(module.weight, torch.ones_like(module.weight))
            assert not module.bias.any()
            assert torch.equal(module.running_var, torch.ones_like(module.running_var))
            assert not module.running_mean.any()
            assert module.num_batches_tracked == 0
    bound = 512**-0.5  # torch's own rule for nn.Linear
    assert 0.99 * bound < model.head.weight.abs().max() <= bound
    assert model.head.weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.05)  # of a uniform distribution
    assert 0 < model.head.bias.abs().max() <= bound


def test_a_new_model_is_in_training_mode_on_the_cpu():
    model = built("resnet-tiny")
    assert all(module.training for module in model.modules())
    assert device_of(model) == torch.device("cpu")
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_normalisation_is_the_first_layer_and_part_of_the_state():
    plain, normed = built("resnet-tiny").eval(), built("resnet-tiny", mean=(0.25,), std=(0.5,)).eval()
    x = images("resnet-tiny")
    torch.testing.assert_close(normed(x), plain((x - 0.25) / 0.5))
    state = get_state(normed)
    assert (state["features.0.mean"].item(), state["features.0.std"].item()) == (0.25, 0.5)


@pytest.mark.parametrize(("arch", "last"), [("resnet-tiny", 4), ("cnn-small", 16), ("resnet18", 8)])
def test_the_width_is_that_of_the_first_stage(arch: str, last: int):
    model = build_model(arch, 3, 1, 16, 0, width=12)
    assert model.features[1].out_channels == 12
    assert model.head.in_features == 12 * last  # a residual network doubles it in every further stage


@pytest.mark.parametrize(("arch", "width"), [("resnet-tiny", 16), ("cnn-small", 16), ("resnet18", 64)])
def test_default_widths(arch: str, width: int):
    assert build_model(arch, 3, 1, 16, 0).features[1].out_channels == width


def test_model_for_builds_what_the_spec_says():
    spec = make_spec("digits-families", seed=5, settings={"model.width": 8}).model
    model = model_for(spec)
    assert same(model, build_model("resnet-tiny", 3, 1, 8, 5, spec.data.info.mean, spec.data.info.std, width=8))
    assert same(model_for(spec, seed=6), model_for(spec.replace(seed=6)))


@pytest.mark.parametrize(
    ("arch", "size", "message"),
    [
        ("vgg", 32, "architecture 'vgg' is not known; choose resnet-tiny, cnn-small, cnn-fast, resnet18"),
        ("resnet-tiny", 7, "image_size = 7 does not fit resnet-tiny, which needs at least 8 pixels"),
        ("resnet18", 15, "image_size = 15 does not fit resnet18, which needs at least 16 pixels"),
        ("vit-small", 30, "image_size = 30 does not fit vit-small, which needs a multiple of 4 pixels"),
    ],
)
def test_models_that_can_not_be_built_are_refused(arch: str, size: int, message: str):
    with pytest.raises(InvalidSpec, match=message):
        build_model(arch, 10, 1, size, seed=0)


def test_a_state_goes_into_another_model():
    one, other = built("resnet-tiny", seed=1), built("resnet-tiny", seed=2)
    one(images("resnet-tiny"))  # moves BatchNorm's statistics
    assert set_state(other, get_state(one)) is other
    assert same(one, other)


def test_a_state_is_a_copy_and_may_be_read_only():
    model = built("resnet-tiny")
    state = get_state(model)
    assert all(isinstance(value, np.ndarray) for value in state.values())
    with torch.no_grad():
        model.head.weight.zero_()
    assert state["head.weight"].any()
    for value in state.values():
        value.setflags(write=False)
    set_state(model, state)
    with torch.no_grad():
        model.head.weight.zero_()
    assert state["head.weight"].any()
