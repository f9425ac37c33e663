"""The real process is started for one file of each kind."""

import os
import time
from io import BytesIO

import numpy as np
import pytest
import safetensors.numpy
import torch

from core import make_spec
from core.errors import NotFound
from core.jobs import uploads
from core.jobs.uploads import adding_state, cancel_adding, start_adding
from core.models import get_state, model_for
from core.paths import data_root
from core.specs import data_info, own_datasets
from core.store.weights import kept_weights

MODEL = make_spec("digits").model

PATIENCE = 120.0  # seconds, for a busy machine


def images(**changes: np.ndarray) -> BytesIO:
    rng = np.random.default_rng(0)
    file = BytesIO()
    arrays = {
        "class_names": np.array(["Ann", "Bob", "Eve"]),
        "x_train": rng.integers(0, 256, (60, 8, 8), dtype=np.uint8), "y_train": np.arange(60) % 3,
        "x_test": rng.integers(0, 256, (9, 8, 8), dtype=np.uint8), "y_test": np.arange(9) % 3,
    }  # fmt: skip
    np.savez(file, **(arrays | changes))
    file.seek(0)
    return file


def until_it_ends(token: str) -> dict:
    end = time.monotonic() + PATIENCE
    while not ((state := adding_state(token))["name"] or state["error"]):
        assert time.monotonic() < end
        time.sleep(0.05)
    return state


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is done in this process, at once."""

    class Ended:
        def __init__(self, command: list[str], **words: object) -> None:
            uploads.work(command[-1])

        def poll(self) -> int:
            return 0

    monkeypatch.setattr(uploads.subprocess, "Popen", Ended)


def test_weights_are_checked_and_added_by_another_process() -> None:
    state = get_state(model_for(MODEL))
    token = start_adding(BytesIO(safetensors.numpy.save(state)), "safetensors", "mine", MODEL)
    told = until_it_ends(token)
    (info,) = kept_weights()
    assert told["error"] == ""
    assert (told["name"], info.title) == (info.name, "mine")
    assert f"{info.right:.1%} test accuracy (447 images)" in told["said"]
    assert not list((data_root() / "uploads").rglob("*.safetensors"))


@pytest.mark.usefixtures("here")
def test_weights_of_torch_save_with_a_normalisation() -> None:
    file = BytesIO()
    torch.save({"state_dict": model_for(MODEL).state_dict()}, file)
    file.seek(0)
    told = adding_state(start_adding(file, "pth", "mine", MODEL, normalise="0.5/0.25"))
    (info,) = kept_weights()
    assert (told["name"], told["error"]) == (info.name, "")
    assert told["said"].endswith(
        "test accuracy (447 images). Images are normalised by mean 0.5 and std 0.25 (as given)."
    )


@pytest.mark.usefixtures("here")
def test_images_are_added_under_the_title_that_was_given() -> None:
    told = adding_state(start_adding(images(), "npz", "faces"))
    assert list(own_datasets()) == [told["name"]]
    assert data_info(told["name"]).title == "faces"
    assert told["said"].endswith("in 3 classes. Train: 48 images, pool: 12, test: 9.")


@pytest.mark.usefixtures("here")
def test_the_message_names_what_was_left_out() -> None:
    told = adding_state(start_adding(images(x_val=np.zeros(3), notes=np.zeros(2)), "npz", "faces"))
    assert told["said"].endswith("test: 9. Left out: arrays (2: notes, x_val).")


@pytest.mark.usefixtures("here")
def test_errors_name_the_title_not_a_path_of_this_machine() -> None:
    told = adding_state(start_adding(images(y_test=np.zeros(2, np.int64)), "npz", "faces"))
    assert told["error"].startswith("faces.npz: y_test is ")
    assert str(data_root()) not in told["error"]
    assert not list((data_root() / "uploads").rglob("upload.*"))


def test_it_can_be_stopped_at_once() -> None:
    token = start_adding(images(), "npz", "faces")
    began = time.monotonic()
    cancel_adding(token)
    assert time.monotonic() - began < 1
    assert not (data_root() / "uploads" / token).exists()
    cancel_adding(token)  # a second click
    with pytest.raises(NotFound, match="choose the file again"):
        adding_state(token)


def test_a_process_that_died_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PROJECT", data_root().parent)  # where there is no core, so the process ends at once
    data_root().mkdir(parents=True)
    assert "has ended" in until_it_ends(start_adding(images(), "npz", "faces"))["error"]


@pytest.mark.usefixtures("here")
def test_old_uploads_are_deleted() -> None:
    first = start_adding(images(), "npz", "faces")
    long_ago = time.time() - 2 * uploads.MAX_AGE
    os.utime(data_root() / "uploads" / first, (long_ago, long_ago))
    second = start_adding(images(), "npz", "faces")
    assert [folder.name for folder in (data_root() / "uploads").iterdir()] == [second]
