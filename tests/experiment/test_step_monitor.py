import numpy as np
import torch

from core import MeasureSpec, ModelSpec, load_dataset
from core.experiment.step_monitor import FOLLOWED, Probe
from core.inference import accuracy
from core.models import device_of, model_for
from core.training import tensors


def test_all_images_where_they_are_few() -> None:
    data = load_dataset("digits")
    model = model_for(ModelSpec())
    forget = data.train.index[data.train.labels == 3]
    values = Probe(model, data, forget, forget, MeasureSpec()).values()
    expected = {
        "FA": data.train.with_ids(forget),
        "RA": data.train.with_ids(forget, keep=False),
        "TA": data.test,
    }
    for name, split in expected.items():
        assert values[name] == accuracy(model, *tensors(split, device_of(model)))
    assert values["target_norm"] > 0
    assert values["irrelevant_norm"] > 0


def test_a_seeded_part_of_many() -> None:
    data = load_dataset("digits")
    forget = data.train.index[:400]
    first, again = (Probe(model_for(ModelSpec()), data, forget, forget, MeasureSpec(probe_images=60)) for _ in range(2))
    assert {name: len(labels) for name, (_, labels) in first.groups.items()} == {"FA": 20, "RA": 20, "TA": 20}
    for name, (images, _) in first.groups.items():
        assert (images == again.groups[name][0]).all()
    assert first.values() == again.values()


def test_earlier_requests_are_not_retained() -> None:
    data = load_dataset("digits")
    three, four = (data.train.index[data.train.labels == c] for c in (3, 4))
    probe = Probe(model_for(ModelSpec()), data, four, np.concatenate([three, four]), MeasureSpec())
    assert set(probe.groups["FA"][1].tolist()) == {4}
    assert set(probe.groups["RA"][1].tolist()) == set(range(10)) - {3, 4}


def test_the_model_is_left_as_found() -> None:
    data = load_dataset("digits")
    model = model_for(ModelSpec())
    assert model.training
    Probe(model, data, data.train.index[:5], data.train.index[:5], MeasureSpec()).values()
    assert model.training
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())


def test_answers_of_the_followed_images() -> None:
    data = load_dataset("digits")
    model = model_for(ModelSpec())
    forget = data.train.index[:400]
    found = Probe(model, data, forget, forget, MeasureSpec()).answers()
    assert found["index"].tolist() == forget[:FOLLOWED].tolist()
    with torch.no_grad():
        chances = model.eval()(torch.tensor(data.images_of(found["index"])).float() / 255).softmax(1)
    assert found["prediction"].tolist() == chances.argmax(1).tolist()
    labels = torch.tensor(data.train.labels[:FOLLOWED])
    np.testing.assert_allclose(found["probability"], chances[range(FOLLOWED), labels], rtol=1e-4)
