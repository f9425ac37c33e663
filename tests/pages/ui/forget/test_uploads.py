"""Files of one's own on the Forget page: what the process says, and that the form takes it up."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
import safetensors.numpy
import torch
from streamlit.testing.v1 import AppTest

from core import RunSpec, make_spec
from core.experiment.weights import add_weights
from core.jobs import uploads
from core.models import get_state, model_for
from core.planning.plan import GIVEN
from core.specs import own_datasets
from core.store.weights import kept_weights
from tests.pages.forms import field

MODEL = make_spec("digits").model

PAGE = "pages/1_Forget.py"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is done in this process, at once."""

    class Ended:
        def __init__(self, command: list[str], **words: object) -> None:
            uploads.work(command[-1])

        def poll(self) -> int:
            return 0

    monkeypatch.setattr(uploads.subprocess, "Popen", Ended)


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def spec_of(app: AppTest) -> RunSpec:
    return app.session_state["draft_spec"]


def test_images_are_uploaded_and_chosen(open_page: Callable[..., AppTest], words: Callable[[AppTest], str]) -> None:
    rng = np.random.default_rng(0)
    file = BytesIO()
    np.savez(
        file, class_names=np.array(["Ann", "Bob", "Eve"]),
        x_train=rng.integers(0, 256, (60, 8, 8), dtype=np.uint8), y_train=np.arange(60) % 3,
        x_test=rng.integers(0, 256, (9, 8, 8), dtype=np.uint8), y_test=np.arange(9) % 3,
    )  # fmt: skip
    app = open_page(PAGE)
    assert next(button for button in app.button if button.label == "Check and add the images").disabled
    app.file_uploader(key="own.images").upload("../faces.NPZ", file.getvalue()).run()
    press(app, "Check and add the images")
    assert "Train: 48 images" in app.success[0].value.replace("\\", "")
    press(app, "Use these images")
    (name,) = own_datasets()
    assert spec_of(app).model.data.name == name
    assert spec_of(app).forget.text == "class=0"
    assert not app.success


def test_a_bad_file_changes_nothing(open_page: Callable[..., AppTest], words: Callable[[AppTest], str]) -> None:
    app = open_page(PAGE)
    before = spec_of(app)
    app.file_uploader(key="own.images").upload("pets.zip", b"no zip file").run()
    press(app, "Check and add the images")
    assert "pets.zip cannot be read as a zip file" in words(app)
    assert spec_of(app) == before
    assert own_datasets() == {}


def test_weights_become_the_original_without_golds_until_they_are_asked_for(
    open_page: Callable[..., AppTest], words: Callable[[AppTest], str]
) -> None:
    app = open_page(PAGE, {"dataset": "digits"})
    state = get_state(model_for(MODEL))
    app.file_uploader(key="own.weights").upload("mine.safetensors", safetensors.numpy.save(state)).run()
    press(app, "Check and add the weights")
    assert "test accuracy (447 images)" in app.success[0].value.replace("\\", "")
    press(app, "Use these weights")
    (info,) = kept_weights()
    assert (spec_of(app).model.weights, spec_of(app).gold_seeds) == (info.name, ())
    assert app.query_params["weights"] == info.name
    assert GIVEN in words(app)
    field(app, "draft.golds").set_value("2").run()
    field(app, "draft.recipe").set_value("tmu-paper").run()
    assert spec_of(app).gold_seeds == (1, 2)
    assert spec_of(app).model.train.epochs == 60
    field(app, "draft.arch").set_value("allcnn").run()
    assert spec_of(app).model.weights is None


def test_labels_are_passed_on(open_page: Callable[..., AppTest], words: Callable[[AppTest], str]) -> None:
    app = open_page(PAGE, {"dataset": "digits"})
    state = get_state(model_for(MODEL))
    app.file_uploader(key="own.weights").upload("mine.safetensors", safetensors.numpy.save(state)).run()
    app.text_input(key="own.labels").set_value("zero, one").run()
    press(app, "Check and add the weights")
    assert "8 missing: two, three" in words(app)
    assert kept_weights() == []


def test_a_file_of_torch_save_and_its_normalisation(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"dataset": "digits"})
    file = BytesIO()
    torch.save(model_for(MODEL).state_dict(), file)
    app.file_uploader(key="own.weights").upload("mine.pth.tar", file.getvalue()).run()
    app.text_input(key="own.normalise").set_value("0.5/0.25").run()
    press(app, "Check and add the weights")
    assert "Images are normalised by mean 0.5 and std 0.25 (as given)" in app.success[0].value


def test_a_link_to_a_run_from_weights_fills_the_form(open_page: Callable[..., AppTest], tmp_path) -> None:
    safetensors.numpy.save_file(get_state(model_for(MODEL)), tmp_path / "a")
    info = add_weights(tmp_path / "a", MODEL)
    app = open_page(PAGE, {"dataset": "digits", "weights": info.name, "set.model.train.epochs": "60"})
    assert spec_of(app).model.weights == info.name
    assert spec_of(app).model.train.epochs == 60


def test_weights_of_another_machine(open_page: Callable[..., AppTest], words: Callable[[AppTest], str]) -> None:
    app = open_page(PAGE, {"dataset": "digits", "weights": "0" * 20})
    assert "are not on this machine" in words(app)
    field(app, "draft.weights").set_value("").run()
    assert spec_of(app).model.weights is None
