import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core import NotFound, RunSpec, Store
from core.bench import BENCHMARKS, record
from core.bench.runs import Runs
from core.bench.table import Table
from core.paths import PROJECT
from core.store.files import read_json

RECORDS = sorted((PROJECT / "docs" / "results").glob("*.json"))
MARKS = "<!-- bench {0}: written by its --write, not by hand -->\n{1}\n<!-- end of bench {0} -->"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("# A\n")
    page = "above\n" + MARKS.format("classes", "old") + "\nbetween\n" + MARKS.format("parts", "other") + "\n"
    (tmp_path / "docs" / "results.md").write_text(page)
    return tmp_path


def test_a_section_is_replaced_and_the_rest_of_the_page_stays(
    project: Path, store: Store, quick: Callable[..., RunSpec]
) -> None:
    runs = Runs(store)
    result = runs.result(quick("none", gold_seeds=(1, 2), unlearn_seed=4))
    parts = [Table("T", ("a", "b"), [("x", 0.25), (r"\1", None)]), "A sentence."]
    page = record.write("classes", parts, runs, project)
    kept = read_json(record.record_file("classes", project))
    assert kept["seeds"] == {"original": [0], "unlearning": [4], "gold": [1, 2]}
    assert kept["machine"]["torch"] == [result["versions"]["torch"]]
    assert kept["dates"] == [date.today().isoformat()] * 2
    text = page.read_text()
    assert text == f"above\n{record.section(kept)}\nbetween\n{MARKS.format('parts', 'other')}\n"
    assert "| x | 0.2500 |\n| \\1 | - |\n\nA sentence.\n" in text
    assert "1 runs, finished " + date.today().isoformat() + ". Seeds: original 0; unlearning 4; gold 1, 2." in text


def test_a_benchmark_without_a_section_in_the_docs_is_refused(project: Path) -> None:
    with pytest.raises(NotFound, match="bench methods"):
        record.page_of("methods", project)


def test_a_section_without_runs_says_so(store: Store) -> None:
    assert "No runs yet." in record.section(record.make_record("paper tmu", ["Nothing."], Runs(store)))


def test_every_benchmark_has_a_section() -> None:
    pages = {name: record.page_of(name).relative_to(PROJECT).as_posix() for name in BENCHMARKS}
    assert pages.pop("summary") == "README.md"
    assert set(pages.values()) == {"docs/results.md", "docs/papers.md"}


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_docs_show_what_was_measured(path: Path) -> None:
    """No number of a section was written by hand."""
    kept: dict[str, Any] = read_json(path)
    assert record.record_file(kept["name"]) == path
    assert record.section(kept) in record.page_of(kept["name"]).read_text()


def test_the_record_has_nothing_of_this_machine_but_its_processor() -> None:
    assert re.search(r"\w", record.processor())
    for path in RECORDS:
        assert not re.search(r"/(home|root|tmp|work)/", path.read_text())
