import numpy as np
import torch

from core import ForgetRequest, MeasureSpec, load_dataset, make_spec
from core.datasets import Dataset, ForgetSet, resolve_chain
from core.experiment.step_monitor import MAX_NORMS, MAX_TRACKED, StepMonitor
from core.inference import accuracy
from core.metrics.prediction_table import image_norms
from core.models import device_of, model_for
from core.training import tensors

MODEL = make_spec("digits").model


def forget_sets(data: Dataset, *requests: str) -> tuple[ForgetSet, ...]:
    return resolve_chain(data, [ForgetRequest(text=text) for text in requests])


def test_all_images_where_they_are_few() -> None:
    data = load_dataset("digits")
    model = model_for(MODEL)
    forget = forget_sets(data, "class=3")[0].ids
    values = StepMonitor(model, data, forget_sets(data, "class=3"), MeasureSpec()).values()
    expected = {
        "FA": data.train.with_ids(forget),
        "RA": data.train.with_ids(forget, keep=False),
        "TA": data.test,
    }
    for name, split in expected.items():
        assert values[name] == accuracy(model, *tensors(split, device_of(model)))
    norms = image_norms(model, expected["FA"].take(slice(MAX_NORMS))).mean(axis=0)
    assert (values["target_norm"], values["irrelevant_norm"]) == (norms[0], norms[1])


def test_a_seeded_part_of_many() -> None:
    data = load_dataset("digits")
    sets, measure = forget_sets(data, "random=400"), MeasureSpec(probe_images=60)
    first, again = (StepMonitor(model_for(MODEL), data, sets, measure) for _ in range(2))
    assert {name: len(labels) for name, (_, labels) in first.groups.items()} == {"FA": 20, "RA": 20, "TA": 20}
    for name, (images, _) in first.groups.items():
        assert (images == again.groups[name][0]).all()
    assert first.values() == again.values()


def test_earlier_requests_are_not_retained() -> None:
    data = load_dataset("digits")
    probe = StepMonitor(model_for(MODEL), data, forget_sets(data, "class=3", "class=4"), MeasureSpec())
    assert set(probe.groups["FA"][1].tolist()) == {4}
    assert set(probe.groups["RA"][1].tolist()) == set(range(10)) - {3, 4}


def test_the_model_is_left_as_found() -> None:
    data = load_dataset("digits")
    model = model_for(MODEL)
    assert model.training
    StepMonitor(model, data, forget_sets(data, "random=5"), MeasureSpec()).values()
    assert model.training
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())


def test_predictions_on_the_tracked_images() -> None:
    data = load_dataset("digits")
    model = model_for(MODEL)
    sets = forget_sets(data, "random=400")
    forget = sets[0].ids
    found = StepMonitor(model, data, sets, MeasureSpec()).answers()
    assert found["index"].tolist() == forget[:MAX_TRACKED].tolist()
    with torch.no_grad():
        chances = model.eval()(torch.tensor(data.images_of(found["index"])).float() / 255).softmax(1)
    assert found["prediction"].tolist() == chances.argmax(1).tolist()
    labels = torch.tensor(data.train.with_ids(forget[:MAX_TRACKED]).labels)
    np.testing.assert_allclose(found["probability"], chances[range(MAX_TRACKED), labels], rtol=1e-4)
