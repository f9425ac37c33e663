"""A method's settings as a form, made from its spec: bounds, defaults and explanations stand in the spec alone."""

from typing import Any, Literal, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from core.specs.methods import MethodSpec
from pages.ui.forget import run_form


def settings_form(kind: type[MethodSpec]) -> None:
    """One widget per setting that the choices made above it use."""
    method = run_form.chosen(kind)
    fields = [field for field in kind.model_fields if field != "name" and method.uses(field)]
    choices = [field for field in fields if get_origin(kind.model_fields[field].annotation) is Literal]
    for field in choices:
        _widget(field, kind.model_fields[field], method)  # the whole width: its explanation is long
    columns = st.columns(2)
    for n, field in enumerate(field for field in fields if field not in choices):
        with columns[n % 2]:
            _widget(field, kind.model_fields[field], method)
    if not fields:
        st.caption("This method has no settings.")


def _widget(field: str, info: FieldInfo, method: MethodSpec) -> None:
    key = run_form.key(f"set.{method.name}.{field}")
    st.session_state.setdefault(key, getattr(method, field))
    label = field.replace("_", " ").capitalize()
    text = info.description or ""
    value = st.session_state[key]
    if info.annotation is bool:
        st.toggle(label, key=key, help=text)
    elif get_origin(info.annotation) is Literal:
        st.selectbox(label, get_args(info.annotation), key=key)
        st.caption(text)
    elif info.annotation in (int, int | None):
        whole_number(label, info, key, text)
    else:
        low = _bound(info, "ge")
        st.number_input(
            label, key=key, help=f"{text}. {_range(info)}", step=float(f"{abs(value) / 10 or 0.1:.0e}"),
            format="%g", min_value=None if low is None else float(low),
        )  # fmt: skip


def whole_number(label: str, info: FieldInfo, key: str, text: str, **widget: Any) -> None:
    """A field for a whole number, with the bounds of its spec.

    Args:
        widget: further words for Streamlit's widget.
    """
    low, high = _bound(info, "ge"), _bound(info, "le")
    st.number_input(label, key=key, help=text, step=1, min_value=low, max_value=high, **widget)


def _bound(info: FieldInfo, name: str) -> Any:
    return next((getattr(m, name) for m in info.metadata if hasattr(m, name)), None)


def _range(info: FieldInfo) -> str:
    """The allowed range in words, from the bounds of the spec."""
    words = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    found = [f"{word} {_bound(info, name):g}" for name, word in words.items() if _bound(info, name) is not None]
    return f"Allowed: {' and '.join(found)}." if found else ""
