"""Components of our own: plain JavaScript and CSS in ``assets/components/``, without a build step."""

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from core.paths import PROJECT

FOLDER = PROJECT / "assets" / "components"


def component(name: str) -> ComponentRenderer:
    """The component of ``<name>.js`` and ``<name>.css``. Called once per component, when its module is imported."""
    return st.components.v2.component(
        name, js=(FOLDER / f"{name}.js").read_text(), css=(FOLDER / f"{name}.css").read_text()
    )
