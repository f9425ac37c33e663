"""Names, notes, messages and URLs from outside: on no page does one of them act as Markdown."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store
from core.specs.inspection import InspectSpec
from core.store.inspections import MAPS
from pages.ui.shell.links import PAGES
from tests import hostile

# What is alive in Markdown unless a backslash or a joiner stands before it.
ALIVE = re.compile(r"(?<!\\)\]\(//evil|(?<!\\)<(?:b|/script|a) |(?<!\\)\$x|(?<![\\\u2060]):smile|www\.evil")
# Elements and fields that Streamlit shows letter by letter, or not at all. ``spec`` is in tests/figures/test_init.py.
PLAIN = {
    "Selectbox": {"options", "raw_value"}, "MultiSelect": {"options", "raw_values"}, "TextInput": {"default", "value"},
    "TextArea": {"default"}, "Text": {"body"}, "Code": {"code_text"}, "Json": {"body"}, "ImageList": {"alt"},
    "PlotlyChart": {"spec", "alt"}, "BidiComponent": {"json"}, "PageLink": {"query_string"},
}  # fmt: skip


WORDS = ("run", "img", "pin", "vs", "back", "forget", "method", "sequence", "set.delta")  # of URLs


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunSpec]:
    root = tmp_path_factory.mktemp("hostile") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLEARN_STORE", str(root))
        patch.delenv("UNLEARN_DATA", raising=False)
        return root, hostile.fill(Store(root))


@pytest.fixture
def run(filled: tuple[Path, RunSpec], store: Store) -> RunSpec:
    """The finished run; what the models say of its image 4 is known."""
    shutil.copytree(filled[0], store.root)
    asked = InspectSpec(run=filled[1].id, image="4")
    answers = {"role": "original", "class": range(10), "logit": 1.0, "norm": 1.0, "probability": 0.1}
    store.inspections.put_answers(asked, pd.DataFrame(answers))
    for kind in MAPS:
        store.inspections.put_maps(asked, kind, {"original": np.ones((2, 8, 8), np.float32)})
    return filled[1]


def strings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in nested values, with the name of its field."""
    if isinstance(value, str):
        yield name, value
    for inner_name, inner in value.items() if isinstance(value, dict) else ():
        yield from strings(inner, inner_name)
    for inner in value if isinstance(value, list) else ():
        yield from strings(inner, name)


def alive(app: AppTest) -> list[tuple[str, str, str]]:
    """Element, field and text of what acts as Markdown on a page."""
    protos = [node.proto for node in app._tree if getattr(node, "proto", None) is not None]
    return [
        (kind, field, text[:200])
        for proto in protos
        for field, text in strings(MessageToDict(proto, preserving_proto_field_name=True))
        if ALIVE.search(text) and field not in PLAIN.get(kind := proto.DESCRIPTOR.name, ())
    ]


@pytest.mark.parametrize("page", PAGES)
def test_no_page(page: str, run: RunSpec, open_page: Callable[..., AppTest]) -> None:
    """With the bar, and with a URL of whose values every one is hostile."""
    assert alive(open_page(PAGES[page][0], {"run": run.id, "img": "4"})) == []
    assert alive(open_page(PAGES[page][0], dict.fromkeys(WORDS, hostile.NOTE))) == []


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("Gold comparison", {"gold.tab": "Images"}),
        ("Gold comparison", {"gold.tab": "This run"}),
        ("Try an image", {"img": "4"}),
        ("Runs", {"failed": "1"}),
        ("Runs", {"vs": "example", "compare.tab": "Images"}),
        ("Sequences", {"sequence": f"class={hostile.CLASSES[0]};class={hostile.CLASSES[2]}"}),
    ],
)  # fmt: skip
def test_no_part_of_a_page(
    page: str, query: dict[str, str], run: RunSpec, store: Store, open_page: Callable[..., AppTest]
) -> None:
    """Tabs that are closed at first, a closer look, a failed run, a comparison, a sequence of hostile requests."""
    query = {"run": run.id, "dataset": run.model.data.name} | query
    if query.pop("failed", ""):
        query["run"] = next(row.id for row in store.rows() if row.state == "failed")
    if "vs" in query:
        query["vs"] = f"{run.id},{hostile.example().run}"
    assert alive(open_page(PAGES[page][0], query)) == []


def test_the_rule_sees_what_it_looks_for() -> None:
    def script() -> None:
        import streamlit as st

        from tests.hostile import CLASSES

        st.button(CLASSES[0])
        st.selectbox("Class", CLASSES[:1])
        st.expander(CLASSES[1])

    app = AppTest.from_function(script).run()
    assert [(kind, field) for kind, field, _ in alive(app)] == [("Button", "label"), ("Expandable", "label")]
