import ast
import subprocess
import sys
from pathlib import Path

import pytest

import core

SOURCES = sorted(Path(core.__file__).parent.rglob("*.py"))
WITHOUT_TORCH = ["core", "core.specs", "core.datasets", "core.metrics.accuracy", "core.store", "core.figures"]


def test_the_public_names_are_sorted_and_load():
    assert core.__all__ == sorted(core.__all__)
    assert dir(core) == core.__all__
    assert [name for name in core.__all__ if getattr(core, name) is None] == []


def test_editors_see_the_names_that_are_loaded():
    tree = ast.parse(Path(core.__file__).read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {node.module: tuple(alias.name for alias in node.names) for node in block.body}
    assert seen == core._MODULES


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'core' has no attribute 'forget'"):
        core.forget  # noqa: B018


@pytest.mark.parametrize("module", WITHOUT_TORCH)
def test_importing_brings_in_neither_torch_nor_streamlit_nor_captum(module: str):
    heavy = "sorted({'torch', 'streamlit', 'captum'} & sys.modules.keys())"
    command = [sys.executable, "-c", f"import sys, {module}; print({heavy})"]
    done = subprocess.run(command, cwd=Path(core.__file__).parents[1], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_core_never_imports_streamlit(path: Path):
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert "streamlit" not in imported
