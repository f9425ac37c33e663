import json
from collections.abc import Callable

import pandas as pd
import pytest

from core import Finished, Phase, RunSpec, Step, Store, Table
from core.jobs.recorder import MAX_STEPS, PARTS, Recorder
from core.store.files import read_json


def test_the_progress_file_is_json_and_bounded(
    store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jobs.recorder.EVERY", 0.0)
    recorder = Recorder(store.run(store.submit(quick())))
    recorder.record(Phase("unlearn", 1, 5000))
    recorder.steps = [{"step": n} for n in range(5 * MAX_STEPS)]
    assert recorder.record(Step(5 * MAX_STEPS, 5000, float("nan"), {"FA": 0.5}))
    progress = json.loads((recorder.folder / "progress.json").read_text())
    assert len(progress["steps"]) <= MAX_STEPS + 1
    assert progress["steps"][-1] == {"step": 5 * MAX_STEPS, "loss": None, "FA": 0.5}
    (phase,) = progress["phases"]
    assert phase == phase | {"name": "unlearn", "done": 1, "total": 5000, "recent": [[1, phase["started"]]]}


def test_a_phase_knows_where_this_attempt_began(
    store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resumed training begins in the middle; its pace counts only what was done since."""
    monkeypatch.setattr("core.jobs.recorder.EVERY", 0.0)
    recorder = Recorder(store.run(store.submit(quick())))
    for done in (61, 62, 63):
        recorder.record(Phase("original", done, 100))
    (phase,) = store.run(quick().id).progress()["phases"]
    assert (phase["recent"][0][0], phase["done"]) == (61, 63)


def test_a_phase_knows_when_its_last_part_began(
    store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pace is that of the last epoch: it changes when the machine becomes busy."""
    recorder = Recorder(store.run(store.submit(quick())))
    for done in range(1, 72):
        monkeypatch.setattr("time.time", lambda now=10.0 * done: now)
        recorder.record(Phase("original", done, 20 * PARTS))  # a part has 20 steps
    (phase,) = recorder.phases.values()
    assert phase["recent"] == [[41, 410.0], [61, 610.0]]
    assert (phase["done"], phase["changed"]) == (71, 710.0)


def test_the_end_leaves_tables_and_result_and_no_progress(store: Store, quick: Callable[..., RunSpec]) -> None:
    recorder = Recorder(store.run(store.submit(quick())))
    recorder.record(Phase("original", 1, 2))
    assert (recorder.folder / "progress.json").exists()
    recorder.record(Table("trajectory", pd.DataFrame({"step": [0]})))
    assert recorder.record(Finished({"run": quick().id}, {}))
    run = store.run(quick().id)
    assert read_json(run.folder / "result.json") == {"run": quick().id}
    assert run.tables == ("trajectory",)
    assert not (recorder.folder / "progress.json").exists()


def test_a_new_attempt_does_not_show_the_old_progress(store: Store, quick: Callable[..., RunSpec]) -> None:
    Recorder(store.run(store.submit(quick()))).record(Phase("original", 1, 2))
    Recorder(store.run(quick().id))
    assert store.run(quick().id).progress() == {"phases": [], "steps": [], "accuracy": {}}
