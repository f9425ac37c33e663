"""The comparison of runs on the Runs page."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store
from core.examples import examples, shipped
from core.jobs.worker import attempt
from core.store import RunFolder

PAGE = "pages/9_Runs.py"
RUNS = ["c6da40417a32", "f3fc8d6e7a87"]  # shipped: cats of CIFAR-10


@pytest.fixture
def other_run(store: Store, finished_run: RunFolder, quick: Callable[..., RunSpec]) -> RunFolder:
    """Another method on the request of the finished run; its models are there already."""
    run = store.submit(quick("fine-tune"))
    assert attempt(store, run, "cpu") == "done"
    return store.run(run)


@pytest.fixture
def opened(
    open_page: Callable[..., AppTest], finished_run: RunFolder, other_run: RunFolder
) -> Callable[[str], AppTest]:
    """``opened(tab)``: the comparison of both, by a link to one of its tabs."""
    return lambda tab: open_page(PAGE, {"vs": f"{finished_run.run},{other_run.run}", "compare.tab": tab})


def test_two_lines_of_the_table_are_compared(
    open_page: Callable[..., AppTest], store: Store, finished_run: RunFolder, other_run: RunFolder, words: Callable
) -> None:
    store.submit(other_run.spec.replace(unlearn_seed=5))  # queued: there is nothing to compare
    app = open_page(PAGE)
    key = f"runs.{hash(tuple(row.id for row in store.rows()))}"
    app.session_state[key] = {"selection": {"rows": [0, 1, 2], "columns": [], "cells": []}}
    app.run()
    assert app.query_params["vs"] == f"{other_run.run},{finished_run.run}"
    assert "Comparison" in words(app)
    next(button for button in app.button if button.label == "Close the comparison").click().run()
    assert "vs" not in app.query_params
    assert "Comparison" not in words(app)


def test_what_differs(opened: Callable, tables: Callable, finished_run: RunFolder, other_run: RunFolder) -> None:
    app = opened("Settings")
    (accuracies,) = tables(app, "average gap", "steps")
    assert accuracies["run"].tolist() == [finished_run.run, other_run.run]
    for row, run in zip(accuracies.to_dict("records"), (finished_run, other_run), strict=True):
        assert {name: row[name] for name in ("FA", "RA", "TA")} == pytest.approx(
            {name: run.result["accuracy"]["unlearned"][name] for name in ("FA", "RA", "TA")}
        )
        assert row["average gap"] == pytest.approx(run.result["gap"]["average"])
    (settings,) = tables(app, "setting", "A", "B")
    named = settings.set_index("setting").loc["method.name"]
    assert named.tolist() == ["gradient-ascent", "fine-tune"]
    assert not any(name.startswith("model.") for name in settings["setting"])


@pytest.mark.parametrize(
    ("tab", "figure"),
    [("Trajectories", "curves"), ("Accuracies", "accuracies"), ("Images", "images"), ("Settings", None)],
)
def test_only_the_open_tab_is_drawn(opened: Callable, tab: str, figure: str | None) -> None:
    charts = [chart.key for chart in opened(tab).get("plotly_chart")]
    assert charts == ([f"compare.{figure}"] if figure else [])


def test_image_by_image(opened: Callable, words: Callable, finished_run: RunFolder, other_run: RunFolder) -> None:
    app = opened("Images")
    one, other = (run.table("samples").set_index("index") for run in (finished_run, other_run))
    flipped = int((one["prediction"] != other["prediction"]).sum())
    assert f"**{flipped} of {len(one)} images** have a different prediction" in words(app)
    first = (one["probability"] - other["probability"]).abs().idxmax()
    names = finished_run.spec.model.data.info.classes
    before, after = (names[table.loc[first, "prediction"]] for table in (one, other))
    shares = " → ".join(f"{table.loc[first, 'probability']:.0%}" for table in (one, other))
    tiles = [caption.value for caption in app.caption if " → " in caption.value]
    assert tiles[0] == f"{before} → **{after}**  \n{names[one.loc[first, 'label']]} {shares}"


def test_runs_of_other_data_have_no_images_in_common(
    open_page: Callable[..., AppTest], store: Store, finished_run: RunFolder, quick: Callable[..., RunSpec]
) -> None:
    other = store.submit(quick("none", dataset="digits-noisy", gold_seeds=()))
    assert attempt(store, other, "cpu") == "done"
    app = open_page(PAGE, {"vs": f"{finished_run.run},{other},gone", "compare.tab": "Images"})
    assert "They use different data, so they share no images." in [info.value for info in app.info]
    app = open_page(PAGE, {"vs": f"{finished_run.run},{other}", "compare.tab": "Settings"})
    assert "These runs have different requests. Judge each by its own gold models." in [
        caption.value for caption in app.caption
    ]


def test_one_run_is_not_a_comparison(
    open_page: Callable[..., AppTest], finished_run: RunFolder, words: Callable
) -> None:
    assert "Comparison" not in words(open_page(PAGE, {"vs": finished_run.run}))


def test_examples_can_be_compared_without_any_run(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE)
    app.multiselect(key="compare.offered").set_value(RUNS[:1]).run()
    assert "vs" not in app.query_params
    app.multiselect(key="compare.offered").set_value(RUNS).run()
    assert app.query_params["vs"] == ",".join(RUNS)
    assert app.multiselect(key="compare.runs").value == RUNS


def test_the_lesson_that_links_to_a_comparison_names_shipped_runs() -> None:
    (linked,) = [entry for entry in examples() if "Runs?vs=" in entry.lesson]
    assert f"(Runs?vs={','.join(RUNS)})" in linked.lesson
    assert {entry.spec.id for entry in examples() if shipped(entry.spec)} >= set(RUNS)
