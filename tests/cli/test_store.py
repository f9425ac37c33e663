from collections.abc import Callable
from pathlib import Path

import pytest

from core import RunSpec, Store
from core.cli import main
from core.jobs.worker import attempt


@pytest.fixture
def done(store: Store, quick: Callable[..., RunSpec]) -> str:
    run = store.submit(quick())
    assert attempt(store, run, "cpu") == "done"
    return run


def test_report_and_export(done: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", done, str(tmp_path / "report.html")]) == 0
    assert main(["export", done, str(tmp_path / "out")]) == 0
    assert (tmp_path / "out/report.html").read_text() == (tmp_path / "report.html").read_text()
    assert capsys.readouterr().out.splitlines() == [
        f"the report of run {done} is {tmp_path / 'report.html'}",
        f"run {done} is in {tmp_path / 'out'}",
    ]
    assert main(["report", done, str(tmp_path)]) == 2
    assert "is a folder; name a file to write" in capsys.readouterr().err


def test_a_report_of_a_run_that_is_not_done(store: Store, quick, tmp_path, capsys) -> None:
    assert main(["report", store.submit(quick()), str(tmp_path / "report.html")]) == 2
    assert "has no result: it is not done" in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()


def test_prune_lists_models_before_it_deletes_them(done: str, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prune"]) == 0
    assert "0 models, 0.0 MB, not needed by any run" in capsys.readouterr().out
    keys = sorted(store.models)
    store.delete(done)
    assert main(["prune"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.strip() for line in said[1:-1]] == keys
    assert said[0].startswith("runs 0.0 MB, models ")
    assert said[-1].endswith("not needed by any run; --yes deletes them")
    assert sorted(store.models) == keys
    assert main(["prune", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("deleted")
    assert len(store.models) == 0


def test_prune_does_not_create_a_store(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prune", "--yes"]) == 0
    assert not store.root.exists()
