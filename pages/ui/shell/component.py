"""Components of our own: plain JavaScript and CSS in ``assets/components/``, without a build step."""

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from core.paths import PROJECT

FOLDER = PROJECT / "assets" / "components"


def component(name: str) -> ComponentRenderer:
    """The component of ``<name>.js`` and ``<name>.css``, whose rules come after those of ``base.css``.

    Called once per component, when its module is imported.
    """
    css = "\n".join((FOLDER / f"{part}.css").read_text() for part in ("base", name))
    return st.components.v2.component(name, js=(FOLDER / f"{name}.js").read_text(), css=css)
