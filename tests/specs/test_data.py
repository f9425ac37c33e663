import pytest

from core.errors import InvalidSpec
from core.specs import ARCHITECTURES, DATASETS, RECIPES, DataSpec, ModelSpec, TrainSpec
from core.specs.data import SMALLEST_IMAGE


@pytest.mark.parametrize("name", DATASETS)
def test_what_is_known_of_a_data_set_fits_together(name: str):
    info = DATASETS[name]
    assert info.arch in ARCHITECTURES
    assert info.recipe in RECIPES
    assert len(info.mean) == len(info.std) == info.shape[0]
    assert info.shape[1] >= SMALLEST_IMAGE[info.arch]
    if info.subclasses is None:
        assert info.parent is None
        assert info.labels == info.classes
    else:
        assert info.labels == info.subclasses
        assert len(info.parent) == len(info.subclasses)
        assert set(info.parent) == set(range(len(info.classes)))


def test_the_families_are_those_of_the_design():
    info = DATASETS["digits-families"]
    families = {name: [d for d, p in enumerate(info.parent) if info.classes[p] == name] for name in info.classes}
    assert families == {"loops": [0, 6, 8, 9], "lines": [1, 4, 7], "curves": [2, 3, 5]}


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (TrainSpec, {"epochs": -1}, "epochs = -1 "),
        (TrainSpec, {"epochs": 1001}, "epochs = 1001 "),
        (TrainSpec, {"batch_size": 1}, "batch_size = 1 "),
        (TrainSpec, {"batch_size": 4097}, "batch_size = 4097 "),
        (TrainSpec, {"learning_rate": 0}, "learning_rate = 0 "),
        (TrainSpec, {"learning_rate": 10.1}, "learning_rate = 10.1 "),
        (TrainSpec, {"momentum": -0.1}, "momentum = -0.1 "),
        (TrainSpec, {"momentum": 1}, "momentum = 1 "),
        (TrainSpec, {"weight_decay": -1}, "weight_decay = -1 "),
        (TrainSpec, {"weight_decay": 1.1}, "weight_decay = 1.1 "),
        (TrainSpec, {"schedule": "up"}, "schedule = 'up' .*'one-cycle', 'cosine' or 'constant'"),
        (TrainSpec, {"augment": "all"}, "augment = 'all' .*'none', 'shift' or 'crop-flip'"),
        (DataSpec, {"size": 19}, "size = 19 "),
        (DataSpec, {"name": "digit"}, "data set 'digit' is not known; choose digits, digits-noisy or digits-families"),
        (ModelSpec, {"width": 3}, "width = 3 "),
        (ModelSpec, {"width": 257}, "width = 257 "),
        (ModelSpec, {"seed": -1}, "seed = -1 "),
        (ModelSpec, {"seed": 2**31}, "seed = 2147483648 "),
        (ModelSpec, {"arch": "vgg"}, "architecture 'vgg' is not known; choose resnet-tiny or resnet18"),
        (ModelSpec, {"arch": "resnet18"}, "'resnet18' needs .* at least 16 .*'digits' has 8; choose resnet-tiny"),
    ],
)
def test_values_out_of_range_are_refused_by_name(kind, values, message):
    with pytest.raises(InvalidSpec, match=message):
        kind.of(values)
