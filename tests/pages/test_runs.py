import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import Phase, RunSpec, Step, Store, export
from core.examples import examples, shipped
from core.jobs import recorder, worker
from core.planning.plan import Plan
from core.specs import to_query
from core.store import RunFolder
from pages.ui.forget import live
from pages.ui.runs import runs_table

PAGE = "pages/9_Runs.py"


def button(app: AppTest, label: str) -> Any:
    return next(button for button in app.button if button.label == label)


def choose_lines(app: AppTest, store: Store, *lines: int) -> None:
    """Chooses lines of the table of all runs."""
    key = f"runs.{hash(tuple(row.id for row in store.rows()))}"
    app.session_state[key] = {"selection": {"rows": list(lines), "columns": [], "cells": []}}
    app.run()


@pytest.fixture
def running(store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A run on which a worker of this process is in the middle of unlearning."""
    monkeypatch.setattr(recorder, "EVERY", 0.0)
    monkeypatch.setattr("os.kill", lambda pid, sign: None)  # to cancel the run would end this process
    run = store.submit(quick())
    assert store.index.begin(run)
    progress = recorder.Recorder(store.run(run))
    progress.record(Phase("original", 60, 60))
    progress.record(Phase("norms of original", 10, 20))
    for step in range(3):
        values = {"FA": 1 - step / 4, "RA": 1.0, "TA": 0.9, "target_norm": 2.0 - step / 2, "irrelevant_norm": 1.0}
        progress.record(Step(step, 30, 0.5, values))
    progress.record(Phase("unlearn", 2, 30))
    with store.run_lock(run):
        yield run


@pytest.fixture
def failed(store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch) -> str:
    """A run whose worker came upon an error."""

    def broken(*args: Any, **words: Any) -> Iterator[Phase]:
        yield Phase("original", 1, 2)
        raise RuntimeError("the *disk* is on fire")

    monkeypatch.setattr(worker, "execute", broken)
    run = store.submit(quick())
    assert worker.attempt(store, run) == "failed"
    return run


def test_an_empty_store(open_page: Callable[..., AppTest], store: Store) -> None:
    app = open_page(PAGE)
    assert [info.value for info in app.info] == ["No run yet."]
    assert "Forget something" in [link.proto.label for link in app.page_link]
    assert not store.root.exists()


def test_the_queue(open_page: Callable[..., AppTest], store: Store, quick: Callable, running: str, words: Callable,
                   supervised: list[Path]) -> None:  # fmt: skip
    second, third = (store.submit(quick(forget=f"class={c}")) for c in (4, 5))
    app = open_page(PAGE, {"run": third})
    assert app.dataframe[0].value["run"].tolist() == [running, second, third]
    assert app.dataframe[0].value["state"].tolist() == ["running", "queued", "queued"]
    assert app.dataframe[0].value["seconds"].isna().tolist() == [False, True, True]
    assert app.dataframe[0].proto.placeholder == "–"
    assert "2 runs ahead in the queue." in words(app)
    assert store.root in supervised  # wherever an unfinished run is looked at, somebody works on it
    assert button(app, "Delete").disabled
    button(app, "Cancel").click().run()
    assert store.row(third).state == "cancelled"
    assert "1 run ahead in the queue." in words(open_page(PAGE, {"run": second}))


def test_how_long_a_run_has_waited_and_taken(
    store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("time.time", lambda: now)

    def times() -> tuple[float, float | None]:
        return runs_table.waited(store.row(run)), runs_table.seconds(store.row(run))

    run = store.submit(quick())
    now = 1005.0
    assert times() == (5, None)
    with store.run_lock(run):
        store.index.begin(run)
        now = 1025.0
        assert times() == (5, 20)
    store.index.end(run, "interrupted")
    now = 2000.0
    assert times() == (5, 20)
    store.submit(quick())  # resumed
    now = 2003.0
    assert times() == (3, None)
    store.cancel(run)  # before a worker took it up
    now = 3000.0
    assert times() == (3, None)


def test_a_running_run(open_page: Callable[..., AppTest], store: Store, running: str, words: Callable) -> None:
    app = open_page(PAGE, {"run": running})
    texts = [progress.proto.text for progress in app.get("progress")]
    assert [text.split(" (")[0] for text in texts] == [
        "Training original: 60 of 60",
        "Input gradients of original: 10 of 20",
        "Unlearning: step 2 of at most 30",
    ]
    assert [progress.proto.value for progress in app.get("progress")] == [100, 50, 6]  # whole percents
    charts = {chart.key for chart in app.get("plotly_chart")}
    assert charts == {f"live.accuracies.{running}", f"live.norms.{running}"}
    assert app.dataframe[0].value["seconds"].iloc[0] >= 0
    button(app, "Cancel").click().run()
    assert store.row(running).state == "cancelled"
    assert "cancelled" in words(app)
    assert {chart.key for chart in app.get("plotly_chart")} == charts  # what was seen so far stays


def test_a_failed_run_keeps_its_message_and_its_log(
    open_page: Callable[..., AppTest], store: Store, failed: str, words: Callable, supervised: list[Path]
) -> None:
    app = open_page(PAGE, {"run": failed})
    assert [error.value for error in app.error] == [r"RuntimeError: the \*disk\* is on fire"]
    assert "the *disk* is on fire" in app.code[0].value
    assert "Traceback" in app.code[0].value
    assert app.dataframe[0].value["message"].tolist() == ["RuntimeError: the *disk* is on fire"]
    button(app, "Resume").click().run()
    assert store.row(failed).state == "queued"
    assert store.root in supervised
    assert "Starting a worker." in words(app)
    assert not app.error


def test_an_interrupted_run(
    open_page: Callable[..., AppTest], store: Store, quick: Callable[..., RunSpec], words: Callable
) -> None:
    running = store.submit(quick())
    store.index.begin(running)  # but no process holds its lock
    app = open_page(PAGE, {"run": running})
    assert [warning.value for warning in app.warning] == ["its worker process has died"]
    button(app, "Resume").click().run()
    assert store.row(running).state == "queued"


def test_a_finished_run(
    open_page: Callable[..., AppTest], finished_run: RunFolder, accuracies_shown: Callable, words: Callable
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    expected = list(finished_run.result["accuracy"]["unlearned"].values())
    assert accuracies_shown(app) == pytest.approx(expected, abs=0.0006)
    assert f"Stopped: {finished_run.result['stop_reason']}." in words(app)
    links = {link.proto.label: link.proto.query_string for link in app.page_link}
    assert links["Compare with gold"] == links["See the sensitivity of every image"] == f"run={finished_run.run}"
    assert links["Clone"] == links["Change it and run again"]
    assert all(f"{name}=" in links["Clone"] for name in to_query(finished_run.spec))


def test_what_can_be_taken_away(
    open_page: Callable[..., AppTest], finished_run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: dict[str, Callable[[], Any]] = {}

    def download_button(label: str, data: Any, file_name: str, *args: Any, **words: Any) -> None:
        offered[file_name] = data

    monkeypatch.setattr(st, "download_button", download_button)
    app = open_page(PAGE, {"run": finished_run.run})
    run = finished_run.run
    assert f"{run}.zip" not in offered
    app.session_state[f"take.actions.{finished_run.run}"] = True
    app.run()
    made = {name: make() for name, make in offered.items() if name.startswith(run)}
    with zipfile.ZipFile(io.BytesIO(made[f"{run}.zip"])) as archive:
        whole = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert whole == export.files(finished_run)
    assert made[f"{run}.html"] == export.report(finished_run)
    assert made[f"{run}.ipynb"] == export.notebook(finished_run)
    with zipfile.ZipFile(io.BytesIO(made[f"{run}-weights.zip"])) as archive:
        assert f"{run}/unlearned.safetensors" in archive.namelist()
    samples = pd.read_parquet(io.BytesIO(made[f"{run}-samples.parquet"]))
    pd.testing.assert_frame_equal(samples, finished_run.samples())


def test_delete(open_page: Callable[..., AppTest], finished_run: RunFolder, store: Store) -> None:
    models = set(store.models)
    app = open_page(PAGE, {"run": finished_run.run})
    button(app, "Delete").click().run()
    assert store.rows() == []
    assert not finished_run.folder.exists()
    assert set(store.models) == models
    assert "run" not in app.query_params
    assert [info.value for info in app.info] == ["No run yet."]


def test_a_line_of_the_table_opens_its_run(
    open_page: Callable[..., AppTest], store: Store, finished_run: RunFolder, quick: Callable, words: Callable
) -> None:
    other = store.submit(quick(forget="class=4"))
    app = open_page(PAGE)
    assert "Select one run to open it, or two to eight to compare them." in words(app)
    for row, run in enumerate((other, finished_run.run)):
        choose_lines(app, store, row)
        assert app.query_params["run"] == run
        assert f"· {run}" in words(app)


def test_the_page_notices_that_a_run_has_ended(open_page: Callable[..., AppTest], store: Store, running: str) -> None:
    app = open_page(PAGE, {"run": running})
    store.index.end(running, "failed", "out of luck")
    app.run()
    assert [error.value for error in app.error] == ["out of luck"]


def test_a_run_that_is_not_here(open_page: Callable[..., AppTest], running: str, words: Callable) -> None:
    app = open_page(PAGE, {"run": examples()[0].spec.id})  # carried here from a page that shows an example
    assert "This run is a shipped example" in words(app)
    assert app.dataframe[0].value["run"].tolist() == [running]
    assert r"Run \*nope\* is not here." in words(open_page(PAGE, {"run": "*nope*"}))


def test_runs_that_cannot_be_compared(
    open_page: Callable[..., AppTest], finished_run: RunFolder, words: Callable
) -> None:
    app = open_page(PAGE, {"vs": f"{finished_run.run},*nope*"})
    assert r"Not compared, because they are not finished or not here: \*nope\*." in words(app)
    assert "at least two finished runs are needed" in words(app)
    some = [entry.spec.id for entry in examples() if shipped(entry.spec)][:2]
    app = open_page(PAGE, {"vs": ",".join([*some, "nope"])})
    assert "Not compared, because they are not finished or not here: nope." in words(app)
    assert "at least two" not in words(app)
    assert "Not compared" not in words(open_page(PAGE, {"vs": ",".join(some)}))


def test_the_way_back_to_the_page_that_asked(open_page: Callable[..., AppTest], finished_run: RunFolder) -> None:
    app = open_page(PAGE, {"run": finished_run.run, "back": "Gold comparison"})
    links = {link.proto.label: link.proto for link in app.main.get("page_link")}
    back = links["Back to Gold comparison with this run"]
    assert (back.query_string, back.disabled) == (f"run={finished_run.run}", False)
    app = open_page(PAGE, {"run": finished_run.run, "back": "nowhere"})
    assert not [link for link in app.main.get("page_link") if link.proto.label.startswith("Back")]


def test_name_note_and_star(open_page: Callable[..., AppTest], store: Store, running: str, words: Callable) -> None:
    app = open_page(PAGE, {"run": running})
    button(app, "Star").click().run()
    assert store.row(running).starred
    assert button(app, "Unstar")
    app.text_input[1].input(" the *best* one ")
    app.text_area[0].input("[not](a link)")
    button(app, "Save").click().run()
    row = store.row(running)
    assert (row.name, row.note, row.starred) == ("the *best* one", "[not](a link)", True)
    assert app.dataframe[0].value[["★", "name", "note"]].to_numpy().tolist() == [["★", row.name, row.note]]
    assert r"★ the \*best\* one" in words(app)
    assert [text.value for text in app.text] == ["[not](a link)"]  # as it was written, not as Markdown


def test_a_name_is_seen_wherever_a_run_is_chosen(
    open_page: Callable[..., AppTest], store: Store, finished_run: RunFolder
) -> None:
    store.index.mark(finished_run.run, name="best", note="", starred=True)
    app = open_page("pages/3_Sensitivity.py", {"run": finished_run.run})
    assert app.selectbox[0].options[0].startswith("★ best · ")


def test_finding_runs(open_page: Callable[..., AppTest], store: Store, quick: Callable, words: Callable) -> None:
    three, four = (store.submit(quick(forget=f"class={c}")) for c in (3, 4))
    store.index.mark(four, name="Mine", note="with a purpose", starred=True)

    def found(**query: str) -> list[str]:
        app = open_page(PAGE, {f"runs.{name}": value for name, value in query.items()})
        return app.dataframe[0].value["run"].tolist() if app.dataframe else []

    assert found() == [three, four]  # in the order of the queue
    assert found(find="class=3 queued") == [three]
    assert found(find="mINE") == found(find="purpose") == found(starred="true") == [four]
    assert found(find="class=3", starred="true") == []
    assert "No runs match." in words(open_page(PAGE, {"runs.find": "class=9"}))


def test_running_again_with_another_seed(
    open_page: Callable[..., AppTest], store: Store, finished_run: RunFolder, supervised: list[Path]
) -> None:
    spec = finished_run.spec  # model seed 0, golds 1 and 2, unlearning seed 0
    app = open_page(PAGE, {"run": finished_run.run})
    button(app, "Unlearning seed 1").click().run()
    assert store.rows()[0].id == spec.replace(unlearn_seed=1).id == app.query_params["run"]
    app = open_page(PAGE, {"run": finished_run.run})
    assert button(app, "Unlearning seed 2")  # that with 1 is there already
    button(app, "Model seed 3").click().run()
    assert store.rows()[0].id == spec.replace(model=spec.model.replace(seed=3)).id
    assert set(supervised) == {store.root}


def test_space_on_disk(open_page: Callable[..., AppTest], store: Store, finished_run: RunFolder) -> None:
    app = open_page(PAGE)
    assert "Remove" not in " ".join(one.label for one in app.button)  # not even counted before it is asked for
    app.session_state["store"] = True
    app.run()
    assert "Every model is needed by a run. Models of deleted runs can be removed here." in [
        c.value for c in app.caption
    ]
    count = len(store.models)
    store.delete(finished_run.run)
    app.run()
    button(app, f"Remove {count} models").click().run()
    assert len(store.models) == 0


@pytest.mark.parametrize(
    ("phase", "now", "said"),
    [
        (
            {"name": "gold-1", "done": 20, "total": 100, "recent": [[0, 0]], "started": 0, "changed": 10},
            15,
            "(15 s, ~35 s left)",
        ),
        (
            {"name": "gold-1", "done": 60, "total": 100, "recent": [[50, 0]], "started": 0, "changed": 50},
            50,
            "~3 min left",
        ),
        (
            {"name": "gold-1", "done": 100, "total": 100, "recent": [[0, 0]], "started": 0, "changed": 10},
            99,
            "100 of 100 (10 s)",
        ),
        (
            {"name": "unlearn", "done": 2, "total": 80, "recent": [[0, 0]], "started": 0, "changed": 6},
            9,
            "step 2 of at most 80",
        ),
    ],
)
def test_what_is_left_is_told_by_what_was_done(
    phase: dict[str, Any], now: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: now)
    assert said in live._phase_text(phase, last=True)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ((100.0, True), ["~2 min left."]),
        ((20.0, False), ["~20 s left, without unlearning and measuring."]),
        ((None, False), []),
    ],
)
def test_what_is_left_of_the_run(
    left: tuple[float | None, bool], said: list[str], open_page: Callable[..., AppTest], running: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def told(planned: Plan, phases: list[dict[str, Any]], now: float) -> tuple[float | None, bool]:
        assert planned.run == running
        assert [phase["name"] for phase in phases] == ["original", "norms of original", "unlearn"]
        return left

    monkeypatch.setattr(live, "left_of_run", told)
    app = open_page(PAGE, {"run": running})
    assert [caption.value for caption in app.caption if " left" in caption.value] == said
