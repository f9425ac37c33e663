"""Pages of a read-only server. That core refuses what they hide is tested in ``tests/test_access.py``."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store
from core.store import RunFolder
from pages.ui.shell.links import PAGES

ACTIONS = ("Run", "Cancel", "Delete", "Star", "Add one more gold model", "Check and add", "Measure", "Add shadow")


@pytest.mark.parametrize("page", ["Overview", "Forget", "Gold comparison", "Privacy", "Try an image", "Runs"])
def test_a_page_shows_and_changes_nothing(
    page: str,
    finished_run: RunFolder,
    store: Store,
    quick: Callable[..., RunSpec],
    open_page: Callable[..., AppTest],
    supervised: list[Path],
    inspected: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.submit(quick("gradient-ascent", unlearn_seed=4))
    before = {path: path.stat().st_mtime_ns for path in store.root.rglob("*")}
    monkeypatch.setenv("UNLEARN_READONLY", "1")
    app = open_page(PAGES[page][0], {"run": finished_run.run, "img": "4"})
    assert "This server is read-only" in app.info[0].value
    assert not app.error
    offered = [one.label for one in app.button if not one.disabled]
    assert [label for label in offered if label.startswith(ACTIONS)] == []
    assert {path: path.stat().st_mtime_ns for path in store.root.rglob("*")} == before
    assert supervised == inspected == []
