from collections.abc import Callable

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from core import RunSpec, make_spec, plan
from core.models import build_model
from core.planning import estimate
from core.planning.estimate import MIN_STEPS, WORK, work
from core.planning.history import Past
from core.specs import ARCHITECTURES, ModelSpec


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "has_gpu", lambda: False)


def record_of(model: ModelSpec, seconds: float, device: str = "cpu") -> dict:
    """Of a training on 100 images for one epoch."""
    spec = model.model_dump(mode="json")
    return {"seconds": seconds, "epochs": 1, "images": 100, "steps": MIN_STEPS, "device": device, "spec": spec}


def test_the_estimate_follows_like_trainings(quick: Callable[..., RunSpec]) -> None:
    spec = quick()
    assert plan(spec).seconds["original"] is None
    record = record_of(spec.model, 1.0)  # 10 ms an image
    other = record | {"seconds": 900.0, "spec": spec.model.replace(width=32).model_dump(mode="json")}
    planned = plan(spec, past=Past(records=(other, record)))
    assert planned.seconds["original"] == pytest.approx(2 * 200 * 0.01)
    removed = len(planned.forget)
    assert planned.seconds["gold-1"] == pytest.approx(2 * (200 - removed) * 0.01)
    assert planned.seconds["initial"] == 0
    assert planned.known_seconds == pytest.approx(0.02 * (200 + 2 * (200 - removed)))
    assert planned.seconds["unlearn"] is None


def test_measuring_is_estimated_by_runs_that_measured_as_much(quick: Callable[..., RunSpec]) -> None:
    spec, deep = quick(), quick(settings={"measure.deep": True})
    results = tuple(
        {"spec": each.model_dump(mode="json"), "seconds": {"unlearn": 1.0, "measure": seconds}}
        for each, seconds in ((spec, 2.0), (deep, 30.0))
    )
    assert plan(spec, past=Past(results=results)).seconds["measure"] == 2
    assert plan(deep, past=Past(results=results)).seconds["measure"] == 30
    assert plan(quick(settings={"measure.shadows": 32}), past=Past(results=results)).seconds["measure"] is None
    longer = {"spec": quick("fine-tune").model_dump(mode="json"), "seconds": {"unlearn": 9.0, "measure": 90.0}}
    assert plan(spec, past=Past(results=(longer, *results))).seconds["measure"] == 2  # of the same method
    assert plan(quick("scrub"), past=Past(results=(longer, *results))).seconds["measure"] == 46


def test_shadows_are_estimated_by_their_trainings(
    quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    spec = quick(settings={"measure.shadows": 32})
    record = record_of(spec.model, 1.0)  # 10 ms an image
    # 32 pairs of two models, each on half of 200 images for 2 epochs, two at a time
    assert plan(spec, past=Past(records=(record,))).seconds["measure"] == pytest.approx(32 * 2 * 200 * 0.01 / 2)


def test_without_like_trainings_the_nearest_in_work_are_scaled(quick: Callable[..., RunSpec]) -> None:
    spec = quick()
    near, far = spec.model.replace(width=32), spec.model.replace(arch="allcnn")
    ratio = work(spec.model) / work(near)
    assert ratio == pytest.approx((spec.model.width or 16) ** 2 / 32**2)
    records = (record_of(far, 50.0), record_of(near, 1.0), record_of(near, 3.0))
    planned = plan(spec, past=Past(records=records))
    assert planned.rough
    assert planned.seconds["original"] == pytest.approx(2 * 200 * 0.02 * ratio)  # 2 epochs, 200 images, 1 or 3 s a 100
    assert planned.to_json()["rough"] is True
    known = plan(spec, past=Past(records=(*records, record_of(spec.model, 1.0))))
    assert (known.rough, known.seconds["original"]) == (False, pytest.approx(2 * 200 * 0.01))


def test_what_is_trained_is_not_estimated_roughly(quick: Callable[..., RunSpec]) -> None:
    spec = quick()
    everything = {model.key for model in plan(spec).models.values()}
    planned = plan(spec, models=everything, past=Past(records=(record_of(spec.model.replace(width=32), 1.0),)))
    assert not planned.rough
    assert planned.known_seconds == 0


def test_records_of_other_models_are_ignored(quick: Callable[..., RunSpec]) -> None:
    spec = quick()
    known, unknown = record_of(spec.model.replace(width=32), 1.0), record_of(spec.model, 9.0)
    elsewhere = spec.model.model_dump(mode="json") | {"data": {"name": f"npz:{20 * 'a'}", "pool": True, "size": None}}
    strangers = tuple(unknown | {"spec": other} for other in (elsewhere, elsewhere | {"arch": "resnet99"}))
    assert plan(spec, past=Past(records=strangers)).seconds["original"] is None
    assert plan(spec, past=Past(records=(*strangers, known))).rough


def test_short_trainings_are_ignored(quick: Callable[..., RunSpec]) -> None:
    spec = quick()
    short, long = record_of(spec.model, 9.0) | {"steps": MIN_STEPS - 1}, record_of(spec.model, 1.0)
    assert plan(spec, past=Past(records=(short, long))).seconds["original"] == pytest.approx(2 * 200 * 0.01)
    assert plan(spec, past=Past(records=(short,))).seconds["original"] == pytest.approx(2 * 200 * 0.09)
    other = record_of(spec.model.replace(width=32), 1.0)  # a short one of the same network says more than a long one
    assert plan(spec, past=Past(records=(other, short))).seconds["original"] == pytest.approx(2 * 200 * 0.09)


def test_the_default_width_is_a_width(quick: Callable[..., RunSpec]) -> None:
    default = make_spec("digits", "class=3")
    record = record_of(default.model.replace(width=16), 1.0)
    assert plan(default, past=Past(records=(record,))).rough is False


def test_gpu_and_cpu_times_are_not_mixed(quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch) -> None:
    spec = quick()
    records = (record_of(spec.model, 1.0, "cuda:0"), record_of(spec.model, 7.0))
    assert plan(spec, past=Past(records=records)).seconds["original"] == pytest.approx(2 * 200 * 0.07)
    monkeypatch.setattr(estimate, "has_gpu", lambda: True)
    assert plan(spec, past=Past(records=records)).seconds["original"] == pytest.approx(2 * 200 * 0.01)
    assert plan(spec, past=Past(records=records[1:])).seconds["original"] is None


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("width", [None, 24])
def test_the_work_is_what_torch_counts(arch: str, width: int | None) -> None:
    dataset, size, channels = ("digits", 8, 1) if arch == "resnet-tiny" else ("cifar10", 32, 3)
    model = build_model(arch, 10, channels, size, seed=0, width=width).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, channels, size, size))
    counted = counter.get_total_flops() / 2  # a multiplication and an addition are two
    assert work(make_spec(dataset, "class=3", arch=arch, settings={"model.width": width}).model) == pytest.approx(
        counted,
        rel=0.5 if arch == "vit-small" and width else 0.15,  # attention itself does not grow with the square
    )
    assert set(WORK) == set(ARCHITECTURES)


def test_no_step_takes_less_than_that_of_the_smallest_network(quick: Callable[..., RunSpec]) -> None:
    """Tiny batches cost by the step, not by the image."""
    spec = quick(settings={"model.train.batch_size": 2})
    fast = record_of(spec.model.replace(width=32), 1e-3)
    planned = plan(spec, past=Past(records=(fast,)))
    assert planned.rough
    assert planned.seconds["original"] == pytest.approx(2 * 200 / 2 * estimate.STEP_SECONDS)


def test_golds_side_by_side_take_the_time_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    spec = make_spec(gold_seeds=(1, 2, 3))  # ten epochs of 2,700 images
    planned = plan(spec, models={spec.model.key}, past=Past(records=(record_of(spec.model, 0.1),)))
    assert planned.to_train == ["gold-1", "gold-2", "gold-3"]
    assert planned.golds_at_once == 2
    assert planned.seconds["gold-1"] == pytest.approx(27)
    assert planned.known_seconds == pytest.approx(2 * 27)  # the third one after the others
    assert estimate.total_seconds({"gold-1": 5.0, "gold-2": 7.0, "unlearn": 1.0, "measure": None}, 2) == 8
