"""Rules that hold for all pages, read off their source or seen in a process of their own."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.store.store import PROJECT

PAGES = [PROJECT / "app.py", *sorted((PROJECT / "pages").rglob("*.py"))]
ALL = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
LIMITS = {"min_value", "max_value"}

OPEN_ALL = """
import sys
asked = []  # of the network
events = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request", "http.client.connect"}
sys.addaudithook(lambda event, words: asked.append((event, words)) if event in events else None)
from streamlit.testing.v1 import AppTest

for page in sys.argv[1:]:
    app = AppTest.from_file("app.py", default_timeout=60)
    if page != "app.py":
        app.switch_page(page)
    app.run()
    assert not app.exception, (page, app.exception)
print(sorted({"torch", "captum", "torchvision"} & set(sys.modules)), asked)
"""


@ALL
def test_a_page_is_short(path: Path) -> None:
    limit = 60 if path.name == "app.py" else 250 if "ui" in path.parts else 120
    assert len(path.read_text().splitlines()) <= limit


@ALL
def test_no_html_no_navigation_nothing_private(path: Path) -> None:
    text = path.read_text()
    for word in ("st.navigation", "unsafe_allow_html", "st.html", "<style", "import torch", "time.sleep", "core._"):
        assert word not in text


@ALL
def test_bounds_of_numbers_stand_in_the_specs_alone(path: Path) -> None:
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "number_input":
            limits = [*call.args[1:3], *(word.value for word in call.keywords if word.arg in LIMITS)]
            assert not [ast.unparse(limit) for limit in limits if isinstance(limit, ast.Constant)]


def test_only_the_boundary_catches_any_error() -> None:
    """Elsewhere a page may catch one kind that it knows how to answer, by name."""
    caught = {path.relative_to(PROJECT).as_posix(): set(_caught(path)) for path in PAGES}
    assert caught.pop("pages/ui/shell/errors.py") == {"Exception"}
    assert set().union(*caught.values()) <= {"InvalidSpec", "DataUnavailable", "NotFound", "StoreError", "Diverged"}


def _caught(path: Path) -> Iterator[str]:
    """Names of what a file catches or suppresses, without their modules; empty for a bare ``except``."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            kinds = node.args
        else:
            continue
        yield from ("" if kind is None else ast.unparse(kind).rpartition(".")[2] for kind in kinds)


def test_a_fragment_is_made_with_a_boundary_of_its_own() -> None:
    """It is drawn outside of the page's."""
    assert [path.stem for path in PAGES if "st.fragment" in path.read_text()] == ["errors"]


@ALL
def test_what_a_widget_calls_is_inside_a_boundary(path: Path) -> None:
    """And draws the whole page again: nothing that a widget of a fragment changes is lost."""
    for call in ast.walk(ast.parse(path.read_text())):
        for word in call.keywords if isinstance(call, ast.Call) else ():
            if (word.arg or "").startswith("on_"):
                value = ast.unparse(word.value)
                assert value.startswith("callback(") or value in ("'rerun'", "'ignore'"), value


def test_the_streamlit_process_never_imports_torch_nor_asks_the_network(own_store: Path) -> None:
    """With the shipped gallery, and with a store in which nothing is."""
    entries = [path.relative_to(PROJECT).as_posix() for path in PAGES if "ui" not in path.parts]
    command = [sys.executable, "-W", "ignore", "-c", OPEN_ALL, *entries]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[] []"
    assert not own_store.exists()  # looking writes nothing
