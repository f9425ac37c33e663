"""The choice of a data set on the Forget page, with data sets that are not here and with one's own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import add_images
from core.datasets.prepare import preparing_lock
from core.paths import data_root
from core.store import write_json
from pages.ui.shell import download
from tests.pages.forms import field

PAGE = "pages/1_Forget.py"
LABEL = "Download and prepare"


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_a_data_set_that_is_not_here_is_offered(
    open_page: Callable[..., AppTest], words: Callable[[AppTest], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(download, "start_download", lambda name, replace: started.append((name, replace)))
    app = open_page(PAGE, {"dataset": "cifar10", "forget": "class=ship", "method": "mu-mis"})
    assert "CIFAR-10 is not on this machine" in words(app)
    assert "Run" not in labels(app)
    next(button for button in app.button if button.label == LABEL).click().run()
    assert started == [("cifar10", False)]
    field(app, "draft.dataset").set_value("digits").run()
    assert "Run" in labels(app)


def test_a_download_that_goes_on_shows_its_progress(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"name": "download a.gz", "done": 25_000_000, "total": 100_000_000, "pid": 0, "error": None}
    write_json(data_root() / ".cifar10.download.json", told)
    ended: list[str] = []
    monkeypatch.setattr(download, "cancel_download", ended.append)
    with preparing_lock("cifar10", data_root()):
        app = open_page(PAGE, {"dataset": "cifar10"})
        assert LABEL not in labels(app)
        (bar,) = app.get("progress")
        assert (bar.proto.value, bar.proto.text) == (25, "download a.gz: 25.0 of 100.0 MB")
        next(button for button in app.button if button.label == "Stop").click().run()
    assert ended == ["cifar10"]


def test_a_download_that_failed_says_why(open_page: Callable[..., AppTest], words: Callable[[AppTest], str]) -> None:
    told = {"name": "failed", "done": 0, "total": 1, "pid": 0, "error": "no such server"}
    write_json(data_root() / ".mnist.download.json", told)
    app = open_page(PAGE, {"dataset": "mnist"})
    assert "no such server" in words(app)
    assert LABEL in labels(app)


def test_damaged_files_are_said_and_replaced_on_request(
    open_page: Callable[..., AppTest], words: Callable[[AppTest], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, bool]] = []
    monkeypatch.setattr(download, "start_download", lambda name, replace: started.append((name, replace)))
    told = {"name": "failed", "done": 0, "total": 1, "pid": 0, "error": "a.gz is another file", "damaged": True}
    write_json(data_root() / ".mnist.download.json", told)
    app = open_page(PAGE, {"dataset": "mnist"})
    assert "a.gz is another file" in words(app)
    assert LABEL not in labels(app)
    for label in ("Replace the damaged files with a new download", "Try again"):
        next(button for button in app.button if button.label == label).click().run()
    assert started == [("mnist", True), ("mnist", False)]


def test_a_download_that_was_cut_off_is_said(
    open_page: Callable[..., AppTest], words: Callable[[AppTest], str]
) -> None:
    told = {"name": "download a.gz", "done": 5, "total": 10, "pid": 0, "error": None, "damaged": False}
    write_json(data_root() / ".mnist.download.json", told)
    app = open_page(PAGE, {"dataset": "mnist"})
    assert "The last download was cut off" in words(app)
    assert LABEL in labels(app)


def test_own_images_can_be_chosen(open_page: Callable[..., AppTest], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "faces.npz", class_names=np.array(["Ann", "Bob", "Eve"]),
        x_train=rng.integers(0, 256, (60, 8, 8), dtype=np.uint8), y_train=np.arange(60) % 3,
        x_test=rng.integers(0, 256, (9, 8, 8), dtype=np.uint8), y_test=np.arange(9) % 3,
    )  # fmt: skip
    name = add_images(f"npz:{tmp_path / 'faces.npz'}")
    app = open_page(PAGE)
    field(app, "draft.dataset").set_value(name).run()
    assert app.session_state["draft_spec"].model.data.name == name
    assert "Run" in labels(app)


@pytest.mark.parametrize("name", ["npz:/etc/passwd", "npz:0123456789abcdef0123", "folder:/"])
def test_a_link_can_not_make_the_server_read_a_place(
    name: str, open_page: Callable[..., AppTest], words: Callable[[AppTest], str], own_store: Path
) -> None:
    app = open_page(PAGE, {"dataset": name})
    assert "import the images first" in words(app) or "add them with" in words(app)
    assert app.session_state["draft.dataset"] == "mnist-5k"
    assert not (own_store / "data").exists()
