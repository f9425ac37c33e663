"""A person brings images and weights: chooses the file, has it checked, uses it, and starts a run with it."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image
from playwright.sync_api import Page, expect

from core import Store, make_spec
from core.models import get_state, model_for
from tests.browser.actions import button, settle, start

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FORM = "/Forget?dataset=digits&forget=class%3D3&gold_seeds=1%2C"


def pictures(path: Path, count: int = 10) -> Path:
    """A zip file of three folders with so many pictures each."""
    with zipfile.ZipFile(path, "w") as archive:
        for value, label in enumerate(("Ann", "Bob", "Cyd")):
            png = io.BytesIO()
            Image.new("RGB", (12, 12), (80 * value, 0, 0)).save(png, "PNG")
            for n in range(count):
                archive.writestr(f"{label}/{n}.png", png.getvalue())
    return path


def arrays(path: Path) -> Path:
    """An npz file of two classes."""
    rng = np.random.default_rng(1)
    np.savez(
        path, class_names=np.array(["Eve", "Joe"]),
        x_train=rng.integers(0, 256, (30, 8, 8), dtype=np.uint8), y_train=np.arange(30) % 2,
        x_test=rng.integers(0, 256, (6, 8, 8), dtype=np.uint8), y_test=np.arange(6) % 2,
    )  # fmt: skip
    return path


def choose_file(screen: Page, group: str, what: str, path: Path) -> None:
    """Opens the box, gives it the file that the browser's dialog would give, and has it checked."""
    settle(screen)
    screen.get_by_text(group, exact=True).click()
    uploader = screen.get_by_test_id("stFileUploader").filter(visible=True)
    uploader.locator("input[type=file]").set_input_files(path)
    expect(uploader.get_by_text(path.name)).to_be_visible()
    button(screen, f"Check and add the {what}").click()


@pytest.mark.parametrize(
    ("make", "name", "kind", "asked"),
    [(pictures, "faces.zip", "folder:", "class=0"), (arrays, "shapes.npz", "npz:", "class=0:30%")],  # two classes
)
def test_images_are_used_as_soon_as_one_says_so(
    make: Callable[[Path], Path], name: str, kind: str, asked: str, screen: Page, app_store: Store, tmp_path: Path
) -> None:
    screen.goto(FORM)
    choose_file(screen, "Add images of your own", "images", make(tmp_path / name))
    button(screen, "Use these images").click()
    expect(button(screen, "Use these images")).to_have_count(0)
    title = Path(name).stem
    expect(screen.get_by_role("combobox", name="Data set", exact=True)).to_have_value(title)
    expect(screen.get_by_role("textbox", name="Request", exact=True)).to_have_value(asked)
    run = start(screen)
    assert app_store.run(run).spec.model.data.name.startswith(kind)
    button(screen, "Cancel").click()
    expect(button(screen, "Resume")).to_be_visible()


def test_weights_are_used_as_soon_as_one_says_so(screen: Page, app_store: Store, tmp_path: Path) -> None:
    safetensors.numpy.save_file(get_state(model_for(make_spec("digits").model)), tmp_path / "mine.safetensors")
    screen.goto(FORM)
    screen.get_by_text("Model, seeds and gold models", exact=True).click()
    choose_file(screen, "Add weights of your own", "weights", tmp_path / "mine.safetensors")
    button(screen, "Use these weights").click()
    expect(button(screen, "Use these weights")).to_have_count(0)
    run = start(screen)
    spec = app_store.run(run).spec
    assert spec.model.weights is not None
    assert spec.gold_seeds == ()
    button(screen, "Cancel").click()
    expect(button(screen, "Resume")).to_be_visible()


def test_a_check_that_is_stopped_leaves_the_form_as_it_was(screen: Page, tmp_path: Path) -> None:
    screen.goto(FORM)
    settle(screen)
    before = screen.url
    choose_file(screen, "Add images of your own", "images", pictures(tmp_path / "many.zip", count=5000))
    button(screen, "Stop").click()
    expect(button(screen, "Stop")).to_have_count(0)
    expect(screen.get_by_test_id("stAlertContentError")).to_have_count(0)
    assert screen.url == before
