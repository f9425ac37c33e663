"""The two rules on what may import what, over all modules: one read off their source, one seen in a fresh process."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from core.store.store import PROJECT

HEAVY = {"torch", "torchvision", "captum"}
PACKAGES_WITHOUT_TORCH = ("specs", "planning", "analysis", "figures", "store", "datasets", "export")
FORBIDDEN_TO_METHODS = ("metrics", "analysis", "experiment", "store")

IMPORT_ALL = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
    if found := sorted(set(sys.argv[1].split(",")) & sys.modules.keys()):
        print(name, "imports", *found)
        break
"""


def modules(*folders: str) -> dict[str, Path]:
    """Dotted name -> file of every module of these folders."""
    paths = [path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py"))]
    dotted = [".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__") for path in paths]
    return dict(zip(dotted, paths, strict=True))


CORE = modules("core")


@cache
def imported(path: Path) -> frozenset[str]:
    """Modules of core that a file imports, within functions too; those for type checkers only are left out."""
    return frozenset(_imported(ast.parse(path.read_text())))


def _imported(tree: ast.Module) -> Iterator[str]:
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        nodes += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in CORE)
        elif isinstance(node, ast.ImportFrom) and node.module in CORE:
            yield node.module
            yield from (name for alias in node.names if (name := f"{node.module}.{alias.name}") in CORE)


def in_packages(module: str, packages: Iterable[str]) -> bool:
    """Whether a module of core belongs to one of its packages."""
    return module.split(".")[1:2] in [[package] for package in packages]


def lazy_names(path: Path) -> list[str]:
    """Names that a file takes from ``core`` itself, whose modules are loaded behind the reader's back."""
    froms = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom))
    return [alias.name for node in froms if node.module == "core" for alias in node.names
            if f"core.{alias.name}" not in CORE]  # fmt: skip


def chains(start: str) -> dict[str, str]:
    """Every module of core that a module imports, directly or by others -> the way to it."""
    found = {start: start}
    todo = [start]
    while todo:
        module = todo.pop()
        for name in imported(CORE[module]):
            if name not in found:
                found[name] = f"{found[module]} -> {name}"
                todo.append(name)
    return found


def import_in_a_fresh_process(names: Iterable[str], forbidden: set[str]) -> str:
    """Which module is the first that brings in something forbidden, and what; empty where none does."""
    command = [sys.executable, "-W", "ignore", "-c", IMPORT_ALL, ",".join(forbidden), *names]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("module", [name for name in CORE if name.startswith("core.methods")])
def test_methods_import_no_metrics_analysis_experiment_or_store(module: str) -> None:
    reached = chains(module)
    assert [way for name, way in reached.items() if in_packages(name, FORBIDDEN_TO_METHODS)] == []
    assert {name: lazy for name in reached if (lazy := lazy_names(CORE[name]))} == {}


def test_what_pages_see_of_core_imports_neither_torch_nor_streamlit() -> None:
    """Whole packages, and of the others (jobs, metrics) all that a page names: the client side."""
    pages = [PROJECT / "app.py", *modules("pages").values()]
    client = {name for path in pages for name in imported(path)}
    names = [name for name in CORE if name in client or in_packages(name, PACKAGES_WITHOUT_TORCH)]
    assert "core.jobs" in names
    assert import_in_a_fresh_process(names, {*HEAVY, "streamlit"}) == ""


def test_shared_parts_of_pages_import_no_torch() -> None:
    """The pages themselves are opened in ``tests/pages/test_rules.py``."""
    assert import_in_a_fresh_process(modules("pages/ui"), HEAVY) == ""


def test_core_never_imports_streamlit() -> None:
    for path in CORE.values():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.partition(".")[0] == "streamlit"], path


def test_the_rules_see_what_they_look_for(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "from core import Store, figures\n"
        "if TYPE_CHECKING:\n    import core.experiment.run\n"
        "def late():\n    from core.metrics import accuracy\n    import core.store\n"
    )
    assert set(imported(file)) == {"core", "core.figures", "core.metrics", "core.metrics.accuracy", "core.store"}
    assert lazy_names(file) == ["Store"]
    assert import_in_a_fresh_process(["core.errors", "core.specs"], {"pydantic"}) == "core.specs imports pydantic\n"
