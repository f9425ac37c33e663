from collections.abc import Callable
from typing import Any

import pytest
from pydantic.fields import FieldInfo
from streamlit.testing.v1 import AppTest

from core import make_spec
from core.specs import METHODS, to_query

PAGE = "pages/1_Forget.py"


def bound(info: FieldInfo, name: str) -> Any:
    return next((getattr(one, name) for one in info.metadata if hasattr(one, name)), None)


@pytest.mark.parametrize("method", METHODS)
def test_bounds_and_defaults_are_those_of_the_spec(method: str, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, to_query(make_spec(method=method)))
    for widget in app.number_input:
        if not str(widget.key).startswith(f"draft.set.{method}."):
            continue
        info = METHODS[method].model_fields[str(widget.key).rsplit(".", 1)[1]]
        assert widget.value == info.default
        assert widget.min == bound(info, "ge")
        if info.annotation in (int, int | None):
            assert widget.max == bound(info, "le")
        else:  # a float has bounds that a widget can't have: above, below
            for word, name in (("above", "gt"), ("at least", "ge"), ("below", "lt"), ("at most", "le")):
                if (limit := bound(info, name)) is not None:
                    assert f"{word} {limit:g}" in widget.proto.help


@pytest.mark.parametrize("variant", ["scale-free", "paper"])
def test_every_explanation_is_on_the_page(variant: str, open_page: Callable[..., AppTest]) -> None:
    spec = make_spec(settings={"variant": variant})
    app = open_page(PAGE, to_query(spec))
    widgets = [*app.number_input, *app.selectbox, *app.toggle]
    told = "\n".join([*(widget.proto.help for widget in widgets), *(caption.value for caption in app.caption)])
    for name, info in type(spec.method).model_fields.items():
        if name != "name" and spec.method.uses(name):
            assert (info.description or "") in told


def test_a_method_without_settings_says_so(open_page: Callable[..., AppTest], words: Callable) -> None:
    assert "This method has no settings." in words(open_page(PAGE, {"method": "none"}))
