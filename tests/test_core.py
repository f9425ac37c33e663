import ast
from pathlib import Path

import pytest

import core


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
