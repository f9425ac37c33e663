import threading
from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.datasets import Split, load_dataset
from core.inference import accuracy
from core.models import get_state, model_for
from core.oom import memory_notes
from core.specs import TrainSpec, make_spec
from core.training import Step, as_float, augmented, rate, steps_per_epoch, tensors, train

CPU = torch.device("cpu")
SMALL = load_dataset("digits").train.take(slice(150))  # two batches of 64, and 22 images that are dropped
SPEC = TrainSpec(epochs=4, augment="shift")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tiny(seed: int = 0) -> nn.Module:
    return model_for(make_spec("digits", seed=seed, settings={"model.width": 4}).model)


def assert_same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    """Equal to the last bit."""
    assert one.keys() == other.keys()
    for name, value in one.items():
        np.testing.assert_array_equal(value, other[name], err_msg=name)


def random_split(count: int, shape: tuple[int, int, int] = (1, 2, 3), classes: int = 3) -> Split:
    rng = np.random.default_rng(count)
    images = rng.integers(0, 256, (count, *shape), dtype=np.uint8)
    return Split(images, rng.integers(0, classes, count), np.arange(count))


# --- images and labels ------------------------------------------------------------------------------------------------


def test_tensors_are_copies():
    split = random_split(5)
    split.images.setflags(write=False)
    images, labels = tensors(split, CPU)
    assert (images.dtype, labels.dtype) == (torch.uint8, torch.int64)
    before = split.labels.copy()
    images.zero_()
    labels.zero_()
    assert split.images.any()
    np.testing.assert_array_equal(split.labels, before)


def test_bytes_become_fractions_and_floats_stay():
    torch.testing.assert_close(as_float(torch.tensor([0, 51, 255], dtype=torch.uint8)), torch.tensor([0, 0.2, 1]))
    x = torch.tensor([0.5], dtype=torch.float64)
    assert as_float(x) is x


# --- augmentation -----------------------------------------------------------------------------------------------------


def every_change(image: np.ndarray, kind: str) -> list[np.ndarray]:
    """All that an augmentation may make of an image (C, H, W), by the slow way."""
    reach = {"shift": 1, "crop-flip": 4}.get(kind, 2)
    _, height, width = image.shape
    edge = "reflect" if reach == 2 else "constant"
    padded = np.pad(image, ((0, 0), (reach, reach), (reach, reach)), mode=edge)
    crops = [
        padded[:, top : top + height, left : left + width]
        for top in range(2 * reach + 1)
        for left in range(2 * reach + 1)
    ]
    return crops + [crop[:, :, ::-1] for crop in crops] if kind in ("crop-flip", "shift-2-mirror") else crops


@pytest.mark.parametrize("kind", ["shift", "crop-flip", "shift-2", "shift-2-mirror"])
def test_augmentation_makes_each_of_its_changes_equally_often(kind: str):
    from scipy.stats import chisquare

    rng = np.random.default_rng(0)
    image = rng.random((2, 6, 9), dtype=np.float32)
    changes = every_change(image, kind)
    number = {change.tobytes(): n for n, change in enumerate(changes)}
    assert len(number) == len(changes)  # an image on which every change shows
    count = 40 * len(changes)
    x = augmented(torch.tensor(image).expand(count, -1, -1, -1), kind, seeded())
    assert x.shape == (count, 2, 6, 9)
    made = [number[one.tobytes()] for one in x.contiguous().numpy()]  # a KeyError here is a change that may not be
    assert chisquare(np.bincount(made, minlength=len(changes))).pvalue > 0.001


def test_every_image_keeps_its_place_under_augmentation():
    images = np.random.default_rng(1).random((20, 1, 6, 9), dtype=np.float32)
    for one, before in zip(augmented(torch.tensor(images), "shift", seeded()).numpy(), images, strict=True):
        assert any(np.array_equal(one, change) for change in every_change(before, "shift"))


def test_in_training_an_image_is_mirrored_in_every_second_epoch_also_after_a_resume():
    """The images are dark on the left: after a shift by up to two pixels it still shows which way round they are."""
    image = np.zeros((1, 6, 12), np.uint8)
    image[:, :, 6:] = 255
    split = Split(np.stack([image] * 20), np.arange(20) % 3, np.arange(20))
    spec = TrainSpec(epochs=4, batch_size=20, augment="shift-2-mirror")

    def run(resume: dict[str, np.ndarray] | None = None) -> tuple[list[int], list[dict[str, np.ndarray]]]:
        model, mirrored, saved = nn.Sequential(nn.Flatten(), nn.Linear(72, 3)), [], []
        look = lambda _, args: mirrored.append(int((args[0][..., 0] > args[0][..., -1]).all(dim=2).sum()))  # noqa: E731
        model.register_forward_pre_hook(look)
        list(train(model, split, spec, generator=seeded(), resume=resume, save=saved.append))
        return mirrored, saved

    first, saved = run()
    assert 0 < first[0] < 20
    assert first == [first[0], 20 - first[0]] * 2  # the whole set is the batch, so the order of images does not matter
    assert run(saved[0])[0] == first[1:]


def test_no_augmentation_draws_nothing():
    generator, x = seeded(), torch.rand(3, 1, 4, 4, generator=seeded())
    assert augmented(x, "none", generator) is x
    assert torch.equal(generator.get_state(), seeded().get_state())


# --- the schedule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "at"),
    [
        ("one-cycle", {0: 0, 0.125: 0.5, 0.25: 1, 0.625: 0.5, 1: 0}),
        ("cosine", {0: 1, 1 / 3: 0.75, 0.5: 0.5, 2 / 3: 0.25, 1: 0}),  # (1 + cos(pi t)) / 2
        ("constant", {0: 1, 0.5: 1, 1: 1}),
        ("steps", {0: 1, 0.49: 1, 0.5: 0.1, 0.74: 0.1, 0.75: 0.01, 1: 0.01}),
    ],
)
def test_rate(schedule: str, at: dict[float, float]):
    for done, expected in at.items():
        assert rate(schedule, done) == pytest.approx(expected, abs=1e-12)


def linear_model() -> nn.Module:
    model = nn.Sequential(nn.Flatten(), nn.Linear(6, 3))
    with torch.no_grad():
        model[1].weight.copy_(torch.linspace(-1, 1, 18).view(3, 6))
        model[1].bias.zero_()
    return model


@pytest.mark.parametrize("schedule", ["one-cycle", "cosine", "constant"])
@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, True), (0.9, True), (0.9, False)])
def test_training_is_sgd_with_momentum_written_out(schedule: str, momentum: float, nesterov: bool):
    spec = TrainSpec(
        epochs=3, batch_size=5, learning_rate=0.5, momentum=momentum, weight_decay=0.01, schedule=schedule,
        nesterov=nesterov,
    )  # fmt: skip
    split = random_split(13)
    trained, losses = linear_model(), []
    for step in train(trained, split, spec, generator=seeded(7)):
        losses.append(step.loss)

    by_hand, generator = linear_model().double(), seeded(7)
    x = torch.tensor(split.images).double() / 255
    y = torch.tensor(split.labels)
    velocity = [torch.zeros_like(p) for p in by_hand.parameters()]
    for n in range(6):  # two whole batches of 5 in each of three epochs
        if n % 2 == 0:
            order = torch.randperm(13, generator=generator)
        batch = order[5 * (n % 2) : 5 * (n % 2) + 5]
        loss = F.cross_entropy(by_hand(x[batch]), y[batch])
        assert losses[n] == pytest.approx(loss.item(), rel=1e-5)
        lr = 0.5 * rate(schedule, (n + 0.5) / 6)
        for p, v, g in zip(
            by_hand.parameters(), velocity, torch.autograd.grad(loss, by_hand.parameters()), strict=True
        ):
            g = g + 0.01 * p.detach()
            v.mul_(momentum).add_(g)
            p.data -= lr * (g + momentum * v if nesterov else v)
    assert len(losses) == 6
    for mine, theirs in zip(by_hand.parameters(), trained.parameters(), strict=True):
        torch.testing.assert_close(theirs.double(), mine, rtol=1e-5, atol=1e-6)


def test_biases_of_batchnorm_have_their_own_rate_and_the_same_decay():
    spec = TrainSpec(
        epochs=1, batch_size=150, learning_rate=0.01, momentum=0, weight_decay=0.1, bias_rate=8, schedule="constant"
    )
    slow, fast = tiny(), tiny()
    for model in (slow, fast):
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.constant_(module.bias, 0.5)
    before = {name: value.clone() for name, value in slow.named_parameters()}
    list(train(slow, SMALL, spec.replace(bias_rate=1), generator=seeded()))
    list(train(fast, SMALL, spec, generator=seeded()))
    norms = {name for name, module in slow.named_modules() if isinstance(module, nn.BatchNorm2d)}
    for name, value in slow.named_parameters():
        one, other = value - before[name], fast.get_parameter(name) - before[name]
        if name.removesuffix(".bias") in norms:  # the step is lr * (gradient + decay * weight); the rate is 1 * 0.01
            decay = -0.01 * 0.1 * before[name]
            torch.testing.assert_close(other - decay, 8 * (one - decay), rtol=1e-3, atol=1e-6)
        else:
            torch.testing.assert_close(other, one)


def test_label_smoothing_spreads_a_share_of_the_target():
    spec = TrainSpec(epochs=1, batch_size=13, label_smoothing=0.3)
    split, model = random_split(13), linear_model()
    target = 0.7 * F.one_hot(torch.tensor(split.labels), 3) + 0.3 / 3
    expected = -(target * model(torch.tensor(split.images).float() / 255).log_softmax(1)).sum(1).mean().item()
    assert next(train(model, split, spec, generator=seeded())).loss == pytest.approx(expected, rel=1e-5)


def test_no_step_is_without_length():
    one = TrainSpec(epochs=1, batch_size=256)  # a single step for 150 images
    model = tiny()
    before = get_state(model)
    assert len(list(train(model, SMALL, one, generator=seeded()))) == 1
    assert (get_state(model)["head.weight"] != before["head.weight"]).all()


# --- steps and batches ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("images", "batch", "steps"), [(900, 64, 14), (128, 64, 2), (127, 64, 1), (20, 64, 1)])
def test_steps_per_epoch(images: int, batch: int, steps: int):
    assert steps_per_epoch(images, TrainSpec(batch_size=batch)) == steps


@pytest.mark.parametrize(("images", "sizes"), [(150, [64, 64] * 2), (64, [64] * 2), (40, [40] * 2)])
def test_a_short_last_batch_is_dropped_unless_it_is_all_there_is(images: int, sizes: list[int]):
    seen: list[int] = []
    model = tiny()
    model.register_forward_pre_hook(lambda module, args: seen.append(len(args[0])))
    steps = list(train(model, SMALL.take(slice(images)), TrainSpec(epochs=2), generator=seeded()))
    assert seen == sizes
    assert [step.step for step in steps] == list(range(1, len(sizes) + 1))
    assert {step.total for step in steps} == {len(sizes)}


def test_an_epoch_shows_every_image_at_most_once_and_in_another_order_each_time():
    seen: list[Tensor] = []
    model = linear_model()
    model.register_forward_pre_hook(lambda module, args: seen.append(args[0].clone()))
    split = Split(np.arange(60, dtype=np.uint8).reshape(10, 1, 2, 3), np.zeros(10, np.int64), np.arange(10))
    list(train(model, split, TrainSpec(epochs=3, batch_size=5), generator=seeded()))
    epochs = [torch.cat(seen[n : n + 2])[:, 0, 0, 0].mul(255).round().long().tolist() for n in (0, 2, 4)]
    assert all(sorted(epoch) == list(range(0, 60, 6)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


# --- a device whose memory ends ---------------------------------------------------------------------------------------


def tight(model: nn.Module, most: int, seen: list[int]) -> nn.Module:
    """The model on a device that holds ``most`` images at once."""

    def check(module: nn.Module, args: tuple[Tensor]) -> None:
        seen.append(len(args[0]))
        if len(args[0]) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")

    model.register_forward_pre_hook(check)
    return model


def test_a_batch_that_does_not_fit_goes_in_parts_and_makes_the_same_step():
    spec, split = TrainSpec(epochs=2, batch_size=12, learning_rate=0.5, weight_decay=0.01), random_split(25)
    whole, parted, seen = linear_model(), linear_model(), []
    losses = [step.loss for step in train(whole, split, spec, generator=seeded())]
    with memory_notes() as notes:
        steps = list(train(tight(parted, 5, seen), split, spec, generator=seeded()))
    assert seen == [12, 6, *[3] * 4 * 4]  # halved twice in the first step, and not tried again
    (note,) = notes
    assert note.startswith("There was not enough device memory for batches of 12 images, so they were split into 3")
    assert [step.loss for step in steps] == pytest.approx(losses, rel=1e-5)  # no BatchNorm here: the sums are the same
    for mine, theirs in zip(parted.parameters(), whole.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=1e-6)


def test_on_the_cpu_all_is_float32():
    seen: set[torch.dtype] = set()
    model = tiny()
    model.head.register_forward_hook(lambda module, args, out: seen.add(out.dtype))
    next(train(model, SMALL, SPEC, generator=seeded()))
    assert seen == {torch.float32}


def test_in_bfloat16_the_weights_stay_float32_and_the_bits_repeat(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    seen: set[torch.dtype] = set()
    one, other = tiny(), tiny()
    one.head.register_forward_hook(lambda module, args, out: seen.add(out.dtype))
    for model in (one, other):
        list(train(model, SMALL, SPEC.replace(epochs=1, precision="bfloat16"), generator=seeded()))
    assert seen == {torch.bfloat16}
    assert {p.dtype for p in one.parameters()} == {torch.float32}
    assert_same(get_state(one), get_state(other))


def test_without_memory_for_two_images_the_error_passes():
    with pytest.raises(torch.OutOfMemoryError):
        list(train(tight(linear_model(), 1, []), random_split(8), TrainSpec(batch_size=8), generator=seeded()))


def test_it_learns_digits():
    dataset = load_dataset("digits")
    model = model_for(make_spec("digits").model)
    *_, last = train(model, dataset.train, TrainSpec(epochs=4), generator=seeded())
    assert not any(module.training for module in model.modules())
    assert last == Step(56, 56, last.loss)
    assert accuracy(model, *tensors(dataset.test, CPU)) > 0.9  # chance is 0.1


def test_no_epochs_leave_the_model_as_it_is():
    model = tiny()
    before = get_state(model)
    assert list(train(model, SMALL, TrainSpec(epochs=0), generator=seeded())) == []
    assert_same(get_state(model), before)
    assert not model.training


def test_to_stop_iterating_is_to_stop_training():
    model = tiny()
    steps = train(model, SMALL, SPEC, generator=seeded())
    assert [step.step for step in islice(steps, 3)] == [1, 2, 3]
    after = get_state(model)
    steps.close()
    assert_same(get_state(model), after)
    assert next(steps, None) is None


# --- the same again ---------------------------------------------------------------------------------------------------


def trained_state(seed: int = 0) -> dict[str, np.ndarray]:
    model = tiny()
    for _ in train(model, SMALL, SPEC, generator=seeded(seed)):
        pass
    return get_state(model)


def test_the_same_seed_gives_the_same_weights_while_another_thread_draws():
    quiet = trained_state()
    before = torch.get_rng_state()
    assert_same(trained_state(), quiet)
    assert torch.equal(torch.get_rng_state(), before)  # nothing is drawn from the global generator
    over = threading.Event()

    def draw() -> None:
        while not over.is_set():
            torch.rand(1000)
            np.random.random(1000)  # noqa: NPY002 - the global generator, on purpose

    noise = threading.Thread(target=draw)
    noise.start()
    try:
        assert_same(trained_state(), quiet)
    finally:
        over.set()
        noise.join()
    assert not np.array_equal(trained_state(seed=1)["head.weight"], quiet["head.weight"])


@pytest.mark.parametrize("spec", [SPEC, SPEC.replace(momentum=0.0, augment="none")], ids=["momentum", "plain"])
def test_a_resumed_training_ends_at_the_same_weights(spec: TrainSpec):
    model, saved = tiny(), []
    for _ in train(model, SMALL, spec, generator=seeded(), save=saved.append):
        pass
    whole = get_state(model)
    assert [int(state["epoch"][0]) for state in saved] == [1, 2, 3]  # not after the last: nothing is left to resume

    for state in saved:
        kept = {name: value.copy() for name, value in state.items()}
        for value in state.values():
            value.setflags(write=False)  # as arrays may be that come from a file
        other, generator = tiny(seed=9), seeded(9)  # all of both is replaced
        steps = list(train(other, SMALL, spec, generator=generator, resume=state))
        assert [step.step for step in steps] == list(range(2 * int(state["epoch"][0]) + 1, 9))
        assert_same(get_state(other), whole)
        assert_same(state, kept)


def test_resumed_momentum_lies_as_its_weights(monkeypatch: pytest.MonkeyPatch):
    made, saved = [], []

    class Spy(torch.optim.SGD):
        def __init__(self, *words: Any, **names: Any) -> None:
            super().__init__(*words, **names)
            made.append(self)

    monkeypatch.setattr(torch.optim, "SGD", Spy)
    first, second = (tiny(seed).to(memory_format=torch.channels_last) for seed in (0, 9))  # as on a GPU
    list(train(first, SMALL, SPEC, generator=seeded(), save=saved.append))
    next(train(second, SMALL, SPEC, generator=seeded(), resume=saved[0]))
    for optimiser in made:  # where layouts differ, torch updates weight by weight
        kernels = [state["momentum_buffer"] for p, state in optimiser.state.items() if p.ndim == 4]
        assert all(kernel.is_contiguous(memory_format=torch.channels_last) for kernel in kernels)


def test_an_interrupted_training_can_be_resumed_from_its_last_epoch():
    model, saved = tiny(), []
    steps = train(model, SMALL, SPEC, generator=seeded(), save=saved.append)
    list(islice(steps, 5))  # into the third epoch
    steps.close()
    assert len(saved) == 2
    other = tiny()
    for _ in train(other, SMALL, SPEC, generator=seeded(), resume=saved[-1]):
        pass
    assert_same(get_state(other), trained_state())
