"""The notebook is opened beside an exported run, and its code is run cell by cell."""

import json
from pathlib import Path

import pandas as pd
import pytest

from core.export import export, notebook
from core.store import RunFolder


def sources(text: str, kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == kind]


def test_its_format_is_4_5(run: RunFolder) -> None:
    """As https://nbformat.readthedocs.io/en/latest/format_description.html asks."""
    made = json.loads(notebook(run))
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    assert set(made) == {"nbformat", "nbformat_minor", "metadata", "cells"}
    ids = [cell["id"] for cell in made["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in made["cells"]:
        code = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | code
        assert all(line.endswith("\n") for line in cell["source"][:-1])


def test_every_cell_runs_and_finds_the_numbers_of_the_run(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export(run, tmp_path / "out")
    monkeypatch.chdir(tmp_path / "out")
    names: dict[str, object] = {}
    for source in sources((tmp_path / "out/notebook.ipynb").read_text(), "code"):
        exec(source, names)
    TA = run.result["accuracy"]["unlearned"]["TA"]
    assert names["accuracy"] == pytest.approx(TA)
    assert capsys.readouterr().out == f"test accuracy {TA:.4f}, in the result {TA:.4f}\n"
    pd.testing.assert_frame_equal(names["samples"], run.samples())
    assert names["finished"].result["accuracy"] == run.result["accuracy"]


def test_hostile_names_stay_text(hostile_run: RunFolder) -> None:
    first = sources(notebook(hostile_run), "markdown")[0]
    assert r"class=\</script>\<b onclick>" in first
