"""What only a GPU can show. Needs torch, torchvision, numpy, Pillow and core; run with ``pytest tests/gpu``."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from core import execute, load_dataset, make_spec
from core.datasets import Split
from core.device import mixed_precision, on_device
from core.inference import accuracy, predict
from core.models import build_model, get_state, model_for
from core.oom import memory_notes
from core.sensitivity import evaluating, input_gradient_norms, mumis_loss
from core.specs import ARCHITECTURES, TrainSpec
from core.specs.methods import METHODS
from core.store import SavedModel
from core.training import augmented, tensors, train

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no usable GPU (CUDA)"),
]

CPU, GPU = torch.device("cpu"), torch.device("cuda")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def built(arch: str, place: torch.device) -> nn.Module:
    """A small model for 32x32 images whose BatchNorm has seen some."""
    model = build_model(arch, 10, 3, 32, seed=1, mean=(0.5,) * 3, std=(0.25,) * 3, width=24)
    with torch.no_grad():
        model(torch.rand(16, 3, 32, 32, generator=seeded(2)))
    return on_device(model.eval(), place)


X = torch.rand(9, 3, 32, 32, generator=seeded(3))
Y = torch.arange(9)
OTHER = (Y + 3) % 10


def random_split(count: int) -> Split:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, 3, 32, 32), dtype=np.uint8)
    return Split(images, rng.integers(0, 10, count), np.arange(count))


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_weights_lie_channels_last_and_are_saved_in_the_usual_order(arch: str):
    model, other = built(arch, GPU), built(arch, CPU)
    convolutions = [m.weight for m in model.modules() if isinstance(m, nn.Conv2d) and m.kernel_size != (1, 1)]
    assert all(w.is_contiguous(memory_format=torch.channels_last) for w in convolutions)
    for name, value in get_state(model).items():
        assert value.flags.c_contiguous
        np.testing.assert_array_equal(value, get_state(other)[name], err_msg=name)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_predictions_are_in_bfloat16_and_near_those_of_the_cpu(arch: str):
    model = built(arch, GPU)
    with mixed_precision(GPU), torch.no_grad():
        assert model(X.to(GPU)).dtype == torch.bfloat16
    found, exact = predict(model, X.to(GPU)), predict(built(arch, CPU), X)
    assert found.dtype == torch.float32
    assert (found.cpu() - exact).norm() / exact.norm() < 0.05  # bfloat16 keeps 8 bits of each product's factors


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_input_gradients_are_in_full_precision(arch: str):
    exact = input_gradient_norms(built(arch, CPU).double(), X.double()).float()
    found = input_gradient_norms(built(arch, GPU), X.to(GPU)).cpu()
    # TF32 would be off by about 1e-3 everywhere; the other side of a ReLU's kink, which rounding can decide, for one
    assert ((found - exact).abs() / exact).median() < 1e-4


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_the_second_derivative_is_that_of_the_cpu(arch: str):
    exact, found = (second_derivatives(built(arch, place), place) for place in (CPU, GPU))
    assert (exact.norm(dim=1) > 0).all()
    assert ((found - exact).norm(dim=1) / exact.norm(dim=1)).median() < 1e-3  # a kink as above is for one image


def second_derivatives(model: nn.Module, place: torch.device) -> Tensor:
    """Of the loss of each image by itself, one row per image."""
    rows = []
    for n in range(len(X)):
        one = (values[n : n + 1].to(place) for values in (X, Y, OTHER))
        with evaluating(model):  # the backward to the weights included, without which it would round to TF32
            found = torch.autograd.grad(mumis_loss(model, *one), list(model.parameters()), allow_unused=True)
        rows.append(torch.cat([g.flatten().cpu() for g in found if g is not None]))
    return torch.stack(rows)


def test_augmentation_draws_the_same_on_every_device():
    one = augmented(X, "crop-flip", seeded())
    assert torch.equal(augmented(X.to(GPU), "crop-flip", seeded()).cpu(), one)


def test_it_learns_digits():
    dataset = load_dataset("digits")
    model = on_device(model_for(make_spec("digits").model), GPU)
    for step in train(model, dataset.train, TrainSpec(epochs=4), generator=seeded()):
        assert np.isfinite(step.loss)
    assert accuracy(model, *tensors(dataset.test, GPU)) > 0.9  # chance is 0.1


def test_a_resumed_training_goes_on_from_its_epoch():
    split, spec, saved = random_split(512), TrainSpec(epochs=3, batch_size=64, augment="crop-flip"), []
    first = on_device(build_model("resnet18", 10, 3, 32, seed=0, width=16), GPU)
    losses = [step.loss for step in train(first, split, spec, generator=seeded(), save=saved.append)]
    second = on_device(build_model("resnet18", 10, 3, 32, seed=9, width=16), GPU)
    steps = list(train(second, split, spec, generator=seeded(9), resume=saved[0]))
    assert [step.step for step in steps] == list(range(9, 25))
    assert steps[0].loss == pytest.approx(
        losses[8], rel=0.05
    )  # the same batch and weights; sums may be in another order


@pytest.fixture
def little_memory() -> Iterator[None]:
    """A process that may take 3 GB."""
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(GPU).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, (torch.cuda.memory_reserved() + 3e9) / total))
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)


def test_where_memory_ends_smaller_parts_make_the_step(little_memory: None):
    model = on_device(build_model("resnet18", 10, 3, 32, seed=0), GPU)
    spec = TrainSpec(epochs=1, batch_size=4096)
    with memory_notes() as notes:
        (step,) = train(model, random_split(4096), spec, generator=seeded())
    assert "for batches of 4096 images, so " in notes[0]
    assert np.isfinite(step.loss)


def test_where_memory_ends_input_gradients_take_smaller_batches(little_memory: None):
    model = on_device(build_model("resnet18", 10, 3, 32, seed=0), GPU).eval()
    images = torch.tensor(random_split(4096).images, device=GPU)
    norms = input_gradient_norms(model, images, [0], batch_size=4096)
    torch.testing.assert_close(norms[:64], input_gradient_norms(model, images[:64], [0]), rtol=1e-3, atol=1e-6)


@pytest.fixture(scope="module")
def trained() -> dict[str, SavedModel]:
    """Originals and golds of the runs, each trained once."""
    return {}


def run_on_gpu(trained: dict[str, SavedModel], dataset: str, forget: str, method: str, **settings: Any) -> dict:
    """The result of a run of few epochs, after what holds for all of them."""
    settings = {"model.train.epochs": 4, "measure.deep": True, **settings}
    spec = make_spec(dataset, forget, method, gold_seeds=(1,), settings=settings)
    *_, finished = execute(spec, models=trained, device="cuda")
    result = finished.result
    assert result["device"] == "cuda"
    assert any("bfloat16" in note for note in result["notes"])
    assert result["memory"]["unlearn"] > 0
    assert all(np.isfinite(value).all() for value in finished.weights.values())
    assert all(0 <= value <= 1 for role in result["accuracy"].values() for value in role.values() if value is not None)
    return result


@pytest.mark.parametrize("method", METHODS)
def test_a_run_from_end_to_end(method: str, trained: dict[str, SavedModel]):
    accuracies = run_on_gpu(trained, "digits", "class=3", method)["accuracy"]
    before, after = (accuracies[role]["FA"] for role in ("original", "unlearned"))
    assert accuracies["original"]["TA"] > 0.9
    if method == "none":
        assert after == pytest.approx(before, abs=0.01)
    elif method not in ("fine-tune", "l1-sparse", "ssd"):  # two only hope that the class fades, one cuts once
        assert after < before


@pytest.mark.parametrize("predictor", ["logistic", "mlp"])
def test_a_run_with_a_twin_from_end_to_end(predictor: str, trained: dict[str, SavedModel]):
    few = {"twin_epochs": 4, "curriculum_steps": 10, "max_steps": 20, "predictor": predictor}
    result = run_on_gpu(trained, "digits-noisy", "class=3:30%", "tmu", **few)
    assert 0 <= result["easy_hard"]["brier"] <= 1


def test_the_accuracies_of_both_devices_agree():
    split = load_dataset("digits").test
    model = model_for(make_spec("digits").model)
    for _ in train(model, load_dataset("digits").train, TrainSpec(epochs=2), generator=seeded()):
        pass
    here = accuracy(model, *tensors(split, CPU))
    assert accuracy(on_device(model, GPU), *tensors(split, GPU)) == pytest.approx(here, abs=0.02)


def loss_of(model: nn.Module, x: Tensor, y: Tensor) -> float:
    return F.cross_entropy(predict(model, x), y).item()


def test_training_lowers_the_loss_of_every_architecture():
    split = random_split(128)
    for arch in ARCHITECTURES:
        model = on_device(build_model(arch, 10, 3, 32, seed=0, width=24), GPU)
        images, labels = tensors(split, GPU)
        before = loss_of(model, images, labels)
        spec = TrainSpec(epochs=20, batch_size=64, learning_rate=0.02)  # BatchNorm's averages need the steps
        for _ in train(model, split, spec, generator=seeded()):
            pass
        assert loss_of(model, images, labels) < before, arch


class Photographs(Dataset):
    """Images as a torchvision data set hands them to a loader: cropped, mirrored and turned into tensors one by one."""

    def __init__(self, split: Split) -> None:
        self.images = [Image.fromarray(image.transpose(1, 2, 0)) for image in split.images]
        self.labels = split.labels.tolist()
        self.change = transforms.Compose(
            [transforms.RandomCrop(32, 4), transforms.RandomHorizontalFlip(), transforms.ToTensor()]
        )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, n: int) -> tuple[Tensor, int]:
        return self.change(self.images[n]), self.labels[n]


def seconds(work: Callable[[], object]) -> float:
    work()  # once to warm up
    torch.cuda.synchronize()
    started = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - started


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12's, of the loader's own workers
def test_training_is_twice_as_quick_as_a_loop_over_a_loader():
    split, spec = random_split(12_800), TrainSpec(epochs=1, batch_size=128, augment="crop-flip")
    ours, theirs = (build_model("resnet18", 10, 3, 32, seed=0).to(GPU) for _ in range(2))
    ours = on_device(ours, GPU)
    workers = min(8, os.cpu_count() or 1)
    loader = DataLoader(Photographs(split), 128, shuffle=True, num_workers=workers, pin_memory=True, drop_last=True,
                        persistent_workers=True)  # fmt: skip
    optimiser = torch.optim.SGD(theirs.parameters(), 0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)

    def loop() -> None:
        theirs.train()
        for images, labels in loader:
            optimiser.zero_grad()
            F.cross_entropy(theirs(images.to(GPU)), labels.to(GPU)).backward()
            optimiser.step()

    by_loader = seconds(loop)
    own = seconds(lambda: list(train(ours, split, spec, generator=seeded())))
    print(f"images per second: {len(split) / own:.0f}, by a loader with {workers} workers {len(split) / by_loader:.0f}")
    assert by_loader >= 2 * own
