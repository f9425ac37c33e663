"""A link holds the whole view: opened in a new session, it brings every choice back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from core.examples import examples
from core.store import RunFolder
from pages.ui.shell.url_state import LAG

TMU = next(entry.spec.id for entry in examples() if entry.spec.method.name == "tmu")
OWN = "the finished run of this test's store"
VIEWS = {
    "pages/1_Forget.py": (
        {"dataset": "digits-noisy", "forget": "class=3:30%", "method": "tmu", "gold_seeds": "4,7,"},
        {"draft.dataset": "digits-noisy", "draft.text": "class=3:30%", "draft.method": "tmu", "draft.golds": "4,7,"},
    ),
    "pages/3_Sensitivity.py": (
        {"run": OWN, "sensitivity.norm": "Irrelevant", "sensitivity.after": "Gold 2",
         "sensitivity.split": "Test set", "sensitivity.distribution": "Whole Jacobian"},
        {"chosen_run": OWN, "sensitivity.norm": "irrelevant_norm", "sensitivity.after": "gold-2",
         "sensitivity.split": "test", "sensitivity.distribution": "Whole Jacobian"},
    ),
    "pages/4_Easy_and_hard.py": (
        {"run": TMU, "easy_hard.axes": "NF, AF", "easy_hard.part": "Probabilities", "easy_hard.twin": "Per class"},
        {"chosen_run": TMU, "easy_hard.axes": "NF, AF", "easy_hard.part": "Probabilities",
         "easy_hard.twin": "Per class"},
    ),
    "pages/5_Gold_comparison.py": (
        {"run": OWN, "gold.tab": "Images", "metric": "RA"},
        {"chosen_run": OWN, "gold.tab": "Images", "metric": "RA"},
    ),
    "pages/2_Images.py": (
        {"run": OWN, "images.model": "Gold 2", "images.split": "Test set", "images.order": "most changed first"},
        {"chosen_run": OWN, "images.model": "gold-2", "images.split": ["test"],
         "images.order": "most changed first"},
    ),
    "pages/9_Runs.py": (
        {"run": OWN, "runs.find": "gradient", "runs.starred": "true"},
        {"runs.find": "gradient", "runs.starred": True},
    ),
}  # fmt: skip


@pytest.mark.parametrize("page", VIEWS)
def test_a_link_brings_a_view_back(page: str, open_page: Callable[..., AppTest], finished_run: RunFolder) -> None:
    query, state = (
        {name: finished_run.run if value == OWN else value for name, value in words.items()} for words in VIEWS[page]
    )
    app = open_page(page, query)
    shown: dict[str, Any] = {name: app.session_state[name] for name in state}
    assert shown == state
    assert {name: app.query_params[name] for name in query} == query  # and the link stays what it was


def test_the_link_is_shown_whole(open_page: Callable[..., AppTest], finished_run: RunFolder) -> None:
    query = VIEWS["pages/3_Sensitivity.py"][0] | {"run": finished_run.run}
    app = open_page("pages/3_Sensitivity.py", query)
    assert not [code for code in app.code if "Sensitivity?" in code.value]
    app.context["url"] = "http://lab.example:8501/Sensitivity"
    app.session_state["link"] = True
    app.run()
    link = urlsplit(app.sidebar.code[0].value)
    assert f"{link.scheme}://{link.netloc}{link.path}" == "http://lab.example:8501/Sensitivity"
    assert dict(parse_qsl(link.query)) == query


def test_what_was_written_holds_though_the_browser_tells_an_older_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clicks, the second before the browser has heard of what the first has written."""
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)

    def script() -> None:
        import streamlit as st

        from pages.ui.shell.url_state import catch_up, selected, write

        catch_up(st.session_state.get("page", "A"))
        write(st.session_state.pop("words", {}))
        st.text(f"{selected('run')} {selected('img')}")

    app = AppTest.from_function(script, default_timeout=30)

    def told(**query: str) -> str:
        app.query_params.clear()
        for name, value in query.items():
            app.query_params[name] = value
        return app.run().text[0].value

    assert told(run="a", img="1") == "a 1"
    app.session_state["words"] = {"run": "b", "img": None}
    assert told(run="a", img="1") == "b None"
    app.session_state["words"] = {"run": "c"}
    assert told(run="a", img="1") == "c None"
    assert told(run="b") == "c None"
    assert told(run="d", img="2") == "d 2"  # a link: neither was there before
    now = LAG
    assert told(run="a", img="1") == "a 1"  # the browser's Back
