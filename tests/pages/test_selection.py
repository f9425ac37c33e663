"""One selection on all pages: the bar, the closer look, two images side by side, and their like."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import load_dataset
from core.jobs.inspector import inspect
from core.specs.datasets import DIGIT_NAMES
from core.specs.inspection import InspectSpec
from core.store import RunFolder, Store
from core.store.inspections import PARTS
from tests.pages.forms import field

PAGES = ["app.py", "pages/1_Forget.py", "pages/3_Sensitivity.py", "pages/5_Gold_comparison.py", "pages/9_Runs.py"]


@pytest.fixture
def number(finished_run: RunFolder) -> int:
    """A forget image."""
    samples = finished_run.samples()
    return int(samples.loc[samples["split"] == "forget", "index"].iloc[0])


@pytest.fixture
def looked_at(finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """``looked_at("3", "5")``: the closer look at an image, and at a pinned one, with all answers there."""

    def look(*names: str) -> AppTest:
        query = dict(zip(("img", "pin"), names, strict=False))
        app = open_page(PAGES[2], {"run": finished_run.run, **query})
        app.button(key="tray.open").click().run()
        inspect(store, idle_seconds=0.2)
        return app.run()

    return look


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


@pytest.mark.parametrize("page", PAGES)
def test_the_selected_image_is_on_every_page(
    page: str, number: int, finished_run: RunFolder, open_page: Callable[..., AppTest], words: Callable
) -> None:
    app = open_page(page, {"run": finished_run.run, "img": str(number)})
    if page == "app.py":  # which shows its own example unless another one is chosen
        assert "tray.open" in keys(app)
    assert f"**Image {number}** · three · forget set" in words(app)
    app.button(key="tray.drop.img").click().run()
    assert "img" not in app.query_params
    assert "tray.open" not in keys(app)


def test_pinned_and_let_go(number: int, finished_run: RunFolder, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGES[2], {"run": finished_run.run, "img": str(number)})
    app.button(key="tray.pin").click().run()
    assert app.query_params["pin"] == str(number)
    assert "tray.pin" not in keys(app)
    links = {link.proto.label: link.proto.query_string for link in app.sidebar.get("page_link")}
    assert links["Runs"] == f"run={finished_run.run}&img={number}&pin={number}"


@pytest.mark.parametrize("image", ["999999", "elf", "own-" + "0" * 20])
def test_an_image_that_is_not_there_is_a_sentence(
    image: str, finished_run: RunFolder, open_page: Callable[..., AppTest]
) -> None:
    app = open_page(PAGES[2], {"run": finished_run.run, "img": image})
    assert len(app.error) == 1
    assert "not in" in app.error[0].value
    app.button(key="tray.drop.img").click().run()
    assert not app.error


def test_without_a_finished_run_nothing_is_selected(store: Store, open_page: Callable[..., AppTest]) -> None:
    app = open_page("pages/1_Forget.py", {"run": "nope", "img": "3"})
    assert "tray.open" not in keys(app)


def test_an_inspector_is_asked_for_as_soon_as_an_image_is_selected(
    number: int, finished_run: RunFolder, open_page: Callable[..., AppTest], inspected: list[Path]
) -> None:
    open_page(PAGES[2], {"run": finished_run.run})
    assert inspected == []
    open_page(PAGES[2], {"run": finished_run.run, "img": str(number)})
    assert inspected == [finished_run.root]


def test_the_closer_look_asks_and_shows_the_answers(
    number: int, finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest], tables: Callable
) -> None:
    app = open_page(PAGES[2], {"run": finished_run.run, "img": str(number)})
    assert store.inspections.newest() is None
    app.button(key="tray.open").click().run()
    asked = store.inspections.newest()
    assert asked is not None
    assert asked.image == str(number)
    assert len(app.get("progress")) == 1
    inspect(store, idle_seconds=0.2)
    assert store.inspections.known(asked) == PARTS
    app.run()
    assert len(app.get("progress")) == 0
    rows = finished_run.samples().set_index(["index", "role"]).loc[number]
    (answers,) = [table.value for table in app.dataframe if table.value.index.name == "model"]
    assert answers.loc["Gold 2", "margin"] == pytest.approx(rows.loc["gold-2", "margin"], rel=1e-4)
    (terms,) = tables(app, "target_squared")
    terms = terms.set_index("role")
    assert terms.loc["Unlearned", "target_squared"] == pytest.approx(
        rows.loc["unlearned", "target_norm"] ** 2, rel=1e-4
    )
    assert (terms["target_squared"] - terms["irrelevant_squared"]).tolist() == pytest.approx(
        terms["difference"].tolist(), rel=1e-4, abs=1e-6
    )
    (maps,) = tables(app, "role", "logit", "row", "column")
    assert set(maps["role"]) == {"initial", "original", "unlearned", "gold-1", "gold-2"}


def test_another_irrelevant_class_changes_its_term_alone(
    number: int, looked_at: Callable[..., AppTest], store: Store, tables: Callable
) -> None:
    app = looked_at(str(number))
    (before,) = tables(app, "target_squared")
    choice = app.selectbox(key=f"drawer.irrelevant.{number}")
    other = next(name for name in choice.options if name != choice.value and name != "three")
    choice.select(other).run()
    (after,) = tables(app, "target_squared")
    assert after["target_squared"].tolist() == before["target_squared"].tolist()
    norms = store.inspections.answers(InspectSpec(run=app.query_params["run"], image=str(number)))
    wanted = norms.loc[(norms["class"] == DIGIT_NAMES.index(other)), "norm"] ** 2
    assert after["irrelevant_squared"].tolist() == pytest.approx(wanted.tolist())


def test_two_images_side_by_side(
    number: int, looked_at: Callable[..., AppTest], words: Callable, tables: Callable
) -> None:
    other = number + 1
    app = looked_at(str(number), str(other))
    assert f"**Image {number}**" in words(app)
    assert f"**Image {other}**" in words(app)
    assert len(tables(app, "target_squared")) == 2


def test_their_like_becomes_a_request(
    number: int, looked_at: Callable[..., AppTest], finished_run: RunFolder, open_page: Callable[..., AppTest]
) -> None:
    app = looked_at(str(number))
    (link,) = [link for link in app.get("page_link") if link.proto.label == "Forget this one and these 8"]
    query = dict(parse_qsl(link.proto.query_string))
    ids = [int(name) for name in query["forget"].removeprefix("index=").split(",")]
    train = load_dataset(finished_run.spec.model.data).train
    distances = np.square(train.images.astype(float) - train.images[train.index == number]).mean(axis=(1, 2, 3))
    assert ids == [number, *train.index[np.argsort(distances, kind="stable")[1:9]]]
    form = open_page("pages/1_Forget.py", query)
    assert field(form, "draft.text").value == query["forget"]
    assert not form.error


def test_an_inspection_that_fails_is_a_sentence_and_can_be_asked_again(
    number: int, finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest]
) -> None:
    spec = InspectSpec(run=finished_run.run, image=str(number))
    store.inspections.fail(spec, "it *broke*")
    app = open_page(PAGES[2], {"run": finished_run.run, "img": str(number)})
    app.button(key="tray.open").click().run()
    assert [error.value for error in app.error] == [r"it \*broke\*"]
    app.button(key=f"again.{spec.key}").click().run()
    assert not app.error
    assert store.inspections.is_open(spec)
