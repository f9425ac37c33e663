"""Pages in Streamlit's own test runner: opened by deep link, on a store of their own, without worker processes."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.elements.lib.mutable_popover_container import PopoverContainer
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store, jobs
from core.jobs.worker import attempt
from core.metrics.catalogue import METRICS, accuracy_keys
from core.store import RunFolder
from pages.ui.forget import live
from pages.ui.image import drawing_surface, inspection, selection
from pages.ui.shell import data_access, errors

ROOT = Path(live.__file__).parents[3]


@pytest.fixture(autouse=True)
def fresh_caches() -> None:
    """All AppTests of a process share Streamlit's caches."""
    st.cache_data.clear()


@pytest.fixture(autouse=True)
def supervised(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The stores for which a page asked for a supervisor; none is started."""
    asked: list[Path] = []
    for module in (jobs, live, data_access):
        monkeypatch.setattr(module, "ensure_supervisor", lambda store: asked.append(store.root))
    return asked


@pytest.fixture(autouse=True)
def inspected(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The stores for which a page asked for an inspector; none is started."""
    asked: list[Path] = []
    for module in (inspection, drawing_surface, selection):
        monkeypatch.setattr(module, "ensure_inspector", lambda store: asked.append(store.root))
    return asked


@pytest.fixture
def open_page(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[..., AppTest]]:
    """``open_page("pages/1_Forget.py", {"run": ...})``: a page by its link in a new session, as a browser opens it.

    No page may have raised or made a mistake, neither then nor at the end of the test.
    """
    opened: list[AppTest] = []

    def open_(path: str = "app.py", query: Mapping[str, str] | None = None) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        opened.append(app)
        for name, value in (query or {}).items():
            app.query_params[name] = value
        if path != "app.py":
            app.switch_page(path)
        app.run()
        assert [error.value for error in app.exception] == []
        return app

    yield open_
    assert [error.value for app in opened for error in app.exception] == []
    assert [record.exc_text for record in caplog.get_records("call") if record.name == errors.__name__] == []


@pytest.fixture(scope="session")
def words() -> Callable[[AppTest], str]:
    """What is to be read on a page, tables and figures excepted."""

    def read(app: AppTest) -> str:
        kinds = app.title, app.header, app.subheader, app.markdown, app.caption, app.info, app.warning, app.error
        return "\n".join(element.value for kind in kinds for element in kind)

    return read


@pytest.fixture(scope="session")
def accuracies_shown() -> Callable[[AppTest], list[float | None]]:
    """The accuracies of the unlearned model on a page, as fractions; None for a dash."""

    def read(app: AppTest) -> list[float | None]:
        names = {METRICS[name].name for name in accuracy_keys()}
        texts = [str(metric.value) for metric in app.metric if metric.label in names]
        return [None if text == "–" else float(text.removesuffix("%")) / 100 for text in texts]

    return read


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[pd.DataFrame]]:
    """``tables(app, "role", "gap")``: the tables on a page that have these columns, from top to bottom.

    Those in popovers too, as if all were open.
    """
    monkeypatch.setattr(PopoverContainer, "open", property(lambda box: True, lambda box, value: None))

    def read(app: AppTest, *columns: str) -> list[pd.DataFrame]:
        return [table.value for table in app.dataframe if set(columns) <= set(table.value)]

    return read


@pytest.fixture(scope="session")
def finished_store(quick: Callable[..., RunSpec], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one finished run."""
    store = Store(tmp_path_factory.mktemp("finished"))
    assert attempt(store, store.submit(quick("gradient-ascent")), "cpu") == "done"
    return store.root


@pytest.fixture
def finished_run(finished_store: Path, store: Store, quick: Callable[..., RunSpec]) -> RunFolder:
    """That run, in this test's store."""
    shutil.copytree(finished_store, store.root)
    return store.run(quick("gradient-ascent").id)
