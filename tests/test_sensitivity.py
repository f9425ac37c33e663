from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest
import torch
from torch import Tensor, nn

from core.errors import InvalidSpec
from core.inference import predict
from core.models import build_model
from core.models.resnet import Normalise
from core.oom import memory_notes
from core.sensitivity import (
    ROUNDING,
    draw_irrelevant,
    evaluating,
    input_gradient_norms,
    mumis_loss,
    mumis_terms,
    selected_gradient_norms,
    target_and_irrelevant,
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_any_module_from_images_to_logits_will_do():
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3, bias=False))
    images, labels = torch.rand(2, 1, 2, 2, generator=seeded()), torch.tensor([0, 2])
    by_hand = net[1].weight.norm(dim=1)  # the gradient of a linear logit is its row
    norms = input_gradient_norms(net, images)
    torch.testing.assert_close(norms, by_hand.detach().expand(2, 3))
    target, other = mumis_terms(net, images, labels, torch.tensor([1, 1]))
    torch.testing.assert_close(target, by_hand[labels].square())
    torch.testing.assert_close(other, by_hand[[1, 1]].square())
    with pytest.raises(InvalidSpec, match="class 3 is not a class of the model"):
        input_gradient_norms(net, images, [3])


class Net(nn.Module):
    """Any features with a linear head, as core's models are made."""

    def __init__(self, features: nn.Module, inputs: int, classes: int) -> None:
        super().__init__()
        self.features = features
        self.head = nn.Linear(inputs, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


def linear(weight: Tensor, std: tuple[float, ...] = (1.0,)) -> Net:
    """Logits that are linear in images (1, H, W): the gradient of logit k is row k of the weights over std."""
    model = Net(nn.Sequential(Normalise((0.3,) * len(std), std), nn.Flatten()), weight.shape[1], weight.shape[0])
    with torch.no_grad():
        model.head.weight.copy_(weight)
    return model


def smooth() -> Net:
    """Two smooth layers in float64, for finite differences."""
    model = Net(nn.Sequential(nn.Flatten(), nn.Linear(6, 5), nn.Tanh()), 5, 4).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=seeded(parameter.numel()), dtype=torch.float64))
    return model


def resnet() -> nn.Module:
    """A residual network whose BatchNorm has seen some images, left in training mode."""
    model = build_model("resnet-tiny", 5, 2, 8, seed=3, mean=(0.4, 0.6), std=(0.5, 0.3), width=8)
    for _ in range(5):
        model(torch.rand(32, 2, 8, 8, generator=seeded(1)))
    return model


SMOOTH_X = torch.rand(3, 1, 2, 3, generator=seeded(5), dtype=torch.float64)
SMOOTH_Y = torch.tensor([0, 3, 1])
SMOOTH_OTHER = torch.tensor([[1, 2], [0, 0], [3, 2]])
X = torch.rand(7, 2, 8, 8, generator=seeded(2))
Y = torch.tensor([0, 1, 2, 3, 4, 0, 1])


def slopes(function: Callable[[Tensor], Tensor], x: Tensor, h: float = 1e-5) -> Tensor:
    """Central differences of a scalar function at every entry of x (float64); the error is of order h squared."""
    found = torch.zeros_like(x)
    for n in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[n] = h
        step = step.view(x.shape)
        found.view(-1)[n] = (function(x + step) - function(x - step)) / (2 * h)
    return found


def slope_norms(model: nn.Module, x: Tensor) -> Tensor:
    """Norms (N, K) by finite differences of every single logit."""
    with torch.no_grad():
        classes = range(model.head.out_features)
        norms = [slopes(lambda v, k=k: model(v[None])[0, k], one).norm() for one in x for k in classes]
        return torch.stack(norms).view(len(x), -1)


# --- norms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("std", [(1.0,), (0.25,)])
def test_the_norms_of_a_linear_model_are_those_of_its_rows(std: tuple[float]):
    weight = torch.randn(4, 6, generator=seeded())
    images = torch.rand(5, 1, 2, 3, generator=seeded())
    norms = input_gradient_norms(linear(weight, std), images)
    assert (norms.dtype, norms.shape, norms.requires_grad) == (torch.float32, (5, 4), False)
    torch.testing.assert_close(norms, weight.norm(dim=1).expand(5, 4) / std[0])


def test_the_norms_of_a_smooth_net_are_those_of_finite_differences():
    expected = slope_norms(smooth(), SMOOTH_X)
    torch.testing.assert_close(input_gradient_norms(smooth(), SMOOTH_X).double(), expected, rtol=1e-6, atol=1e-8)


def test_norms_are_per_logit_and_never_of_a_sum_of_logits():
    row = torch.tensor([3.0, 4, 0, 0, 0, 0])
    weight = torch.stack([row, -row, 2 * row])  # the first two logits have a sum without gradient
    norms = input_gradient_norms(linear(weight), torch.rand(2, 1, 2, 3, generator=seeded()))
    torch.testing.assert_close(norms, torch.tensor([[5.0, 5, 10]] * 2))  # 3, 4, 5


@pytest.mark.parametrize("batch_size", [1, 3, 7, 256])
def test_a_batch_gives_the_norms_of_its_single_images(batch_size: int):
    model = resnet()
    one_by_one = torch.cat([input_gradient_norms(model, x[None]) for x in X])
    assert one_by_one.std() > 0.01  # the images differ
    torch.testing.assert_close(input_gradient_norms(model, X, batch_size=batch_size), one_by_one)


def test_one_forward_a_batch():
    model, sizes = resnet(), []
    model.register_forward_pre_hook(lambda module, args: sizes.append(len(args[0])))
    input_gradient_norms(model, X, batch_size=3)
    assert sizes == [3, 3, 1]


def test_a_batch_that_does_not_fit_is_halved():
    model, seen = resnet(), []
    expected = input_gradient_norms(model, X)

    def tight(module: nn.Module, args: tuple[Tensor]) -> None:
        seen.append(len(args[0]))
        if len(args[0]) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")

    model.register_forward_pre_hook(tight)
    with memory_notes() as notes:
        torch.testing.assert_close(input_gradient_norms(model, X), expected)
        torch.testing.assert_close(predict(model, X, batch_size=6), predict(resnet(), X))
    assert seen == [7, 3, 3, 1, 6, 3, 3, 1]
    assert [note[note.index("for") :] for note in notes] == [
        f"for {size} images at once, so batches of 3 were used; this changes numbers only by rounding."
        for size in (7, 6)
    ]


def test_classes_may_be_chosen():
    model = resnet()
    norms = input_gradient_norms(model, X)
    torch.testing.assert_close(input_gradient_norms(model, X, [3, 0, 3]), norms[:, [3, 0, 3]])
    assert input_gradient_norms(model, X, []).shape == (7, 0)
    assert input_gradient_norms(model, X[:0]).shape == (0, 5)
    wanted = torch.stack([Y, (Y + 1) % 5], dim=1)
    torch.testing.assert_close(selected_gradient_norms(model, X, wanted, batch_size=2), norms.gather(1, wanted))


@pytest.mark.parametrize("unknown", [-1, 5])
def test_a_class_that_the_model_has_not_is_refused(unknown: int):
    with pytest.raises(InvalidSpec, match=f"class {unknown} is not a class of the model; choose 0 to 4"):
        input_gradient_norms(resnet(), X, [0, unknown])


def test_bytes_and_fractions_are_the_same_images():
    images = torch.randint(0, 256, (4, 2, 8, 8), generator=seeded(), dtype=torch.uint8)
    model = resnet()
    torch.testing.assert_close(input_gradient_norms(model, images), input_gradient_norms(model, images / 255))


def test_the_caller_may_have_gradients_switched_off():
    model = resnet()
    expected = input_gradient_norms(model, X)
    with torch.no_grad():
        torch.testing.assert_close(input_gradient_norms(model, X), expected)


def test_autocast_of_the_caller_does_not_round():
    model = resnet().eval()
    expected = input_gradient_norms(model, X)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert model(X).dtype == torch.bfloat16
        torch.testing.assert_close(input_gradient_norms(model, X), expected, rtol=0, atol=0)


def test_target_and_irrelevant():
    norms = torch.tensor([[1.0, 2, 6], [7, 3, 5]])
    target, irrelevant = target_and_irrelevant(norms, torch.tensor([2, 0]))
    assert target.tolist() == [6, 7]
    assert irrelevant.tolist() == [1.5, 4]  # (1 + 2) / 2, (3 + 5) / 2


def test_small_irrelevant_norms_beside_a_large_target_are_exact():
    _, irrelevant = target_and_irrelevant(torch.tensor([[1e6, 1e-4, 3e-4]]), torch.tensor([0]))
    assert irrelevant.item() == pytest.approx(2e-4)


# --- the terms of MU-Mis ----------------------------------------------------------------------------------------------


def test_the_terms_are_squared_norms_and_the_draws_are_averaged():
    expected = slope_norms(smooth(), SMOOTH_X).square()
    target, irrelevant = mumis_terms(smooth(), SMOOTH_X, SMOOTH_Y, SMOOTH_OTHER)
    torch.testing.assert_close(target, expected.gather(1, SMOOTH_Y[:, None]).squeeze(1), rtol=1e-7, atol=0)
    torch.testing.assert_close(irrelevant, expected.gather(1, SMOOTH_OTHER).mean(dim=1), rtol=1e-7, atol=0)


def test_the_terms_may_be_norms():
    expected = slope_norms(smooth(), SMOOTH_X)
    target, irrelevant = mumis_terms(smooth(), SMOOTH_X, SMOOTH_Y, SMOOTH_OTHER, squared=False)
    torch.testing.assert_close(target, expected.gather(1, SMOOTH_Y[:, None]).squeeze(1), rtol=1e-7, atol=0)
    torch.testing.assert_close(irrelevant, expected.gather(1, SMOOTH_OTHER).mean(dim=1), rtol=1e-7, atol=0)


@pytest.mark.parametrize("squared", [True, False])
def test_the_terms_and_norms_of_centred_logits_are_those_of_a_model_with_centred_rows(squared: bool):
    model, by_hand = smooth(), smooth()
    with torch.no_grad():  # f_k - mean over j of f_j, in the last layer's rows
        by_hand.head.weight -= by_hand.head.weight.mean(dim=0)
    words = {"squared": squared, "centred": True}
    found = mumis_terms(model, SMOOTH_X, SMOOTH_Y, SMOOTH_OTHER, **words)
    expected = mumis_terms(by_hand, SMOOTH_X, SMOOTH_Y, SMOOTH_OTHER, squared=squared)
    torch.testing.assert_close(found, expected)
    norms = selected_gradient_norms(model, SMOOTH_X, SMOOTH_OTHER, centred=True)
    torch.testing.assert_close(norms, input_gradient_norms(by_hand, SMOOTH_X).gather(1, SMOOTH_OTHER))


def test_a_norm_of_zero_has_no_slope():
    model = linear(torch.zeros(3, 6))
    target, irrelevant = mumis_terms(model, X[:3, :1, :2, :3], Y[:3], (Y[:3] + 1) % 3, squared=False)
    (gradient,) = torch.autograd.grad((target - irrelevant).sum(), [model.head.weight])
    assert torch.equal(gradient, torch.zeros(3, 6))


def test_one_draw_may_be_flat():
    flat = mumis_terms(smooth(), SMOOTH_X, SMOOTH_Y, SMOOTH_OTHER[:, 0])
    column = mumis_terms(smooth(), SMOOTH_X, SMOOTH_Y, SMOOTH_OTHER[:, :1])
    torch.testing.assert_close(flat, column)


def test_the_loss_is_the_mean_difference():
    target, irrelevant = mumis_terms(smooth(), SMOOTH_X, SMOOTH_Y, SMOOTH_OTHER)
    loss = mumis_loss(smooth(), SMOOTH_X, SMOOTH_Y, SMOOTH_OTHER)
    assert loss.shape == ()
    torch.testing.assert_close(loss, (target.sum() - irrelevant.sum()) / 3)


def test_the_gradient_of_the_loss_is_that_of_finite_differences():
    model = smooth()
    loss = mumis_loss(model, SMOOTH_X, SMOOTH_Y, SMOOTH_OTHER)
    gradients = torch.autograd.grad(loss, list(model.parameters()), allow_unused=True)
    for (name, parameter), gradient in zip(model.named_parameters(), gradients, strict=True):

        def with_values(values: Tensor, parameter: nn.Parameter = parameter) -> Tensor:
            kept = parameter.data
            parameter.data = values
            try:
                return mumis_loss(model, SMOOTH_X, SMOOTH_Y, SMOOTH_OTHER).detach()
            finally:
                parameter.data = kept

        expected = slopes(with_values, parameter.detach())
        if name == "head.bias":
            assert gradient is None  # the loss does not depend on it
            assert not expected.any()
        else:
            torch.testing.assert_close(gradient, expected, rtol=1e-6, atol=1e-8, msg=name)


def test_the_loss_of_a_residual_network_reaches_its_weights_through_both_derivatives():
    model = resnet()
    norms = input_gradient_norms(model, X)
    loss = mumis_loss(model, X, Y, (Y + 1) % 5)
    by_norms = (norms.gather(1, Y[:, None]).square() - norms.gather(1, (Y[:, None] + 1) % 5).square()).mean()
    torch.testing.assert_close(loss, by_norms)
    loss.backward()
    moved = {name for name, p in model.named_parameters() if p.grad is not None and p.grad.any()}
    assert moved == {name for name, p in model.named_parameters() if not name.endswith("bias")}


# --- the draw ---------------------------------------------------------------------------------------------------------


def test_irrelevant_classes_are_uniform_and_never_the_label():
    from scipy.stats import chisquare

    labels = torch.arange(6).repeat(500)
    drawn = draw_irrelevant(labels, 6, 3, seeded())
    assert (drawn.shape, drawn.dtype) == ((3000, 3), torch.int64)
    for column in drawn.T:
        for label in range(6):
            counts = torch.bincount(column[labels == label], minlength=6)
            assert counts[label] == 0
            others = counts[torch.arange(6) != label]
            assert chisquare(others.numpy()).pvalue > 0.001  # 18 tests on a fixed seed


def test_the_draw_is_that_of_its_generator():
    labels = torch.arange(6).repeat(50)
    first, again, other = (draw_irrelevant(labels, 6, 2, seeded(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert draw_irrelevant(torch.tensor([0, 1]), 2, 1, seeded()).tolist() == [[1], [0]]


# --- the model as it was found ----------------------------------------------------------------------------------------

CALLS: dict[str, Callable[[nn.Module], object]] = {
    "input_gradient_norms": lambda model: input_gradient_norms(model, X),
    "mumis_loss": lambda model: mumis_loss(model, X, Y, (Y + 1) % 5),
    "predict": lambda model: predict(model, X),
}


def mixed() -> nn.Module:
    """A model in which no two parts are alike: some in eval mode, some frozen, some with gradients."""
    model = resnet()
    model.features[2].eval()
    model.head.eval()
    model.features[1].requires_grad_(False)
    model.head.bias.grad = torch.ones(5)
    return model


def everything(model: nn.Module) -> dict[str, object]:
    return {
        "modes": [module.training for module in model.modules()],
        "requires_grad": [p.requires_grad for p in model.parameters()],
        "gradients": [None if p.grad is None else p.grad.tolist() for p in model.parameters()],
        "state": {name: value.tolist() for name, value in model.state_dict().items()},
        "hooks": [
            hooks
            for module in model.modules()
            for hooks in (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks)
            if hooks
        ],
        "images": (X.requires_grad, X.grad, X.sum().item()),
        "precision": [place.fp32_precision for place in ROUNDING],
        "gradients on": torch.is_grad_enabled(),
    }


@contextmanager
def rounding() -> Iterator[None]:
    """The caller lets torch round wherever it may."""
    before = [place.fp32_precision for place in ROUNDING]
    for place in ROUNDING:
        place.fp32_precision = "tf32"
    try:
        yield
    finally:
        for place, precision in zip(ROUNDING, before, strict=True):
            place.fp32_precision = precision


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("fails", [False, True])
def test_the_model_is_left_as_it_was_found(call: Callable[[nn.Module], object], fails: bool):
    model = mixed()
    if fails:
        model.head.weight.data = torch.zeros(5, 3)  # a shape that the head can't use
    with rounding():
        before = everything(model)
        with pytest.raises(RuntimeError) if fails else nullcontext():
            call(model)
        assert everything(model) == before


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_model_computes_in_eval_mode_and_in_full_precision(call: Callable[[nn.Module], object]):
    model, seen = mixed(), []

    def look(module: nn.Module, args: tuple[Tensor, ...]) -> None:
        modes = {part.training for part in model.modules()}
        seen.append((modes, {place.fp32_precision for place in ROUNDING}, torch.is_autocast_enabled("cpu")))

    model.register_forward_pre_hook(look)
    with rounding(), torch.autocast("cpu", dtype=torch.bfloat16):
        call(model)
    assert seen == [({False}, {"ieee"}, False)]


def test_frozen_takes_no_gradient_with_respect_to_the_weights():
    model = mixed()
    with evaluating(model, frozen=True):
        assert not any(p.requires_grad for p in model.parameters())
    with evaluating(model):
        assert [p.requires_grad for p in model.parameters()] == [p.requires_grad for p in mixed().parameters()]


def test_images_that_require_gradients_get_none():
    images = X.clone().requires_grad_()
    input_gradient_norms(resnet(), images)
    mumis_loss(resnet(), images, Y, (Y + 1) % 5).backward()
    assert images.grad is None
