"""A data set of a thousand classes: what a page draws does not grow with their number."""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import Store, load_dataset, make_spec
from core.datasets import add_images
from core.jobs.worker import attempt
from core.specs import to_query
from core.store import RunFolder
from pages.ui.forget import request
from pages.ui.forget.class_picker import MAX_PILLS
from pages.ui.shell.page import PAGES
from tests.pages.forms import field

COUNT = 1000
NAMES = [f"thing number {n}" for n in range(COUNT)]
TOUCHED = 80  # classes that the run forgets, more than a figure has rows
MAX_ROWS = 40  # or bars, of any figure
MAX_SIGNS = 1000  # in any text on a page

pytestmark = pytest.mark.xdist_group("many-classes")  # one process makes the run


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, RunFolder]]:
    """The data set's name, and a finished run on it."""
    folder = tmp_path_factory.mktemp("many")
    generator = np.random.default_rng(0)
    parts = {}
    for part, each in (("train", 3), ("test", 1)):
        parts[f"x_{part}"] = generator.integers(0, 256, (each * COUNT, 8, 8), dtype=np.uint8)
        parts[f"y_{part}"] = np.repeat(np.arange(COUNT), each)
    np.savez(folder / "many.npz", **parts, class_names=np.array(NAMES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLEARN_STORE", str(folder / "store"))
        name = add_images(f"npz:{folder / 'many.npz'}")
        settings = {"model.train.epochs": 1, "model.width": 4, "max_steps": 2}
        request = f"class={','.join(NAMES[:TOUCHED])}"
        store = Store()
        run = store.submit(make_spec(name, request, "fine-tune", gold_seeds=(1,), settings=settings))
        assert attempt(store, run, "cpu") == "done"
        yield name, store.run(run)


@pytest.fixture
def run(many: tuple[str, RunFolder], monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """The run, in the store that the pages read."""
    monkeypatch.setenv("UNLEARN_STORE", str(many[1].root))
    return many[1]


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("Forget", lambda run: to_query(run.spec)),
        ("Sensitivity", lambda run: {"run": run.run}),
        ("Gold comparison", lambda run: {"run": run.run, "gold.tab": "This run"}),
        ("Gold comparison", lambda run: {"run": run.run, "gold.tab": "Images"}),
        ("Runs", lambda run: {"run": run.run}),
        ("Images", lambda run: {"run": run.run}),
    ],
)
def test_what_is_drawn_does_not_grow_with_the_classes(
    page: str,
    link: Callable[[RunFolder], dict[str, str]],
    run: RunFolder,
    open_page: Callable[..., AppTest],
    words: Callable[[AppTest], str],
) -> None:
    app = open_page(PAGES[page][0], link(run))
    assert all(len(row.proto.options) <= MAX_PILLS for row in app.get("button_group"))
    figures = [json.loads(figure.proto.spec) for figure in app.get("plotly_chart")]
    assert figures
    assert max(len(names_on_axes(figure)) for figure in figures) <= MAX_ROWS
    assert max(map(len, words(app).split("\n"))) <= MAX_SIGNS


def names_on_axes(figure: dict) -> set[str]:
    axes = [
        trace[axis] for trace in figure["data"] for axis in "xy" if isinstance(trace.get(axis), list)
    ]  # not numbers
    return {name for axis in axes for name in axis if isinstance(name, str)}


def test_classes_are_searched_and_all_of_them_are_one_choice(run: RunFolder, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGES["Forget"][0], {"dataset": run.spec.model.data.name, "forget": "class=3"})
    assert field(app, "draft.classes").value == ["thing number 3"]
    field(app, "draft.classes").select("thing number 999").run()
    assert field(app, "draft.text").value == "class=thing number 3,thing number 999"
    field(app, "draft.classes").select("all").run()
    field(app, "draft.class_share").set_value(50).run()
    assert field(app, "draft.text").value == "class=all:50%"
    assert field(app, "draft.classes").value == ["all"]
    field(app, "draft.text").set_value("class=all:25%+index=2").run()
    assert field(app, "draft.classes").value == ["all"]


def test_the_pictures_of_one_class_are_searched(
    run: RunFolder, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[list[int]] = []
    monkeypatch.setattr(request, "picker", lambda images, ids, *others: shown.append(list(ids)))
    app = open_page(PAGES["Forget"][0], {"dataset": "digits"})
    field(app, "draft.shown_class").set_value("three").run()  # of another data set, which has it no more
    field(app, "draft.dataset").set_value(run.spec.model.data.name).run()
    assert field(app, "draft.shown_class").value is None
    field(app, "draft.shown_class").set_value("thing number 999").run()
    train = load_dataset(run.spec.model.data).train
    assert shown[-1] == train.index[train.labels == 999].tolist() != []
