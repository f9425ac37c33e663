import pytest

from core.errors import InvalidSpec
from core.specs import RECIPES, DataSpec, ModelSpec, TrainSpec, gold_model, initial_model, make_spec

MODEL = make_spec("digits").model


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
        (TrainSpec, {"schedule": "up"}, "schedule = 'up' .*'one-cycle', 'cosine', 'steps' or 'constant'"),
        (
            TrainSpec,
            {"augment": "all"},
            "augment = 'all' .*'none', 'shift', 'crop-flip', 'shift-2' or 'shift-2-mirror'",
        ),
        (DataSpec, {"size": 19}, "size = 19 "),
        (
            DataSpec,
            {"name": "digit"},
            "data set 'digit' is not known; choose mnist-5k, mnist-5k-worn, mnist-5k-families, digits, digits-noisy",
        ),
        (ModelSpec, {"width": 3}, "width = 3 "),
        (ModelSpec, {"width": 257}, "width = 257 "),
        (ModelSpec, {"seed": -1}, "seed = -1 "),
        (ModelSpec, {"seed": 2**31}, "seed = 2147483648 "),
        (
            ModelSpec,
            {"arch": "vgg"},
            "architecture 'vgg' is not known; choose resnet-tiny, cnn-small, cnn-fast, resnet18",
        ),
        (
            ModelSpec,
            {"data": {"name": "digits"}, "arch": "resnet18"},
            "'resnet18' needs at least 16 pixels per side, 'digits' has 8; choose resnet-tiny, allcnn or vit-small",
        ),
    ],
)
def test_values_out_of_range_are_refused_by_name(kind, values, message):
    with pytest.raises(InvalidSpec, match=message):
        kind.parse(values)


def test_the_recipes_are_the_papers():
    paper = RECIPES["mu-mis-paper"]  # arXiv 2402.15109, experiments
    assert (paper.learning_rate, paper.momentum, paper.weight_decay, paper.epochs) == (0.1, 0.9, 5e-4, 200)
    assert paper.augment == "crop-flip"
    tmu = RECIPES["tmu-paper"]  # arXiv 2408.11433
    assert (tmu.learning_rate, tmu.schedule, tmu.augment) == (0.01, "steps", "none")
    assert not paper.nesterov
    assert not tmu.nesterov
    assert "nesterov" not in RECIPES["digits"].model_dump()  # keys of older models stay
    assert TrainSpec.parse(tmu.model_dump()) == tmu
    assert (RECIPES["cifar-fast"].epochs, RECIPES["cifar-fast"].schedule) == (30, "one-cycle")


def test_the_key_of_the_first_models_is_what_it_was():
    # the shipped examples lie under these keys: a field more or another default would orphan them
    assert MODEL.key == "2a435a12e266cb65f483"


def test_models_trained_here_keep_the_keys_that_they_had_before_weights_could_be_given() -> None:
    """The key of the default model as it was before, from the record of a shipped model."""
    assert MODEL.key == "2a435a12e266cb65f483"
    assert "weights" not in MODEL.model_dump(mode="json")


def test_later_settings_of_a_recipe_are_left_out_of_the_key_while_they_have_their_default() -> None:
    later = {"label_smoothing", "bias_rate", "precision"}
    assert not later & TrainSpec().model_dump(mode="json").keys()
    assert later <= RECIPES["photographs"].model_dump(mode="json").keys()
    assert len({TrainSpec(**{name: value}).key for name, value in RECIPES["photographs"] if name in later}) == 3


def test_golds_and_first_weights_are_never_given() -> None:
    given = MODEL.replace(weights="0" * 20)
    assert given.key != MODEL.key
    assert gold_model(given, 1, "a").weights is None
    assert initial_model(given) == initial_model(MODEL)
