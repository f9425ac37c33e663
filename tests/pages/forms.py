"""What the tests of several forms do."""

from typing import Any

from streamlit.testing.v1 import AppTest


def field(app: AppTest, key: str) -> Any:
    """A widget of a form by its first key: it gets another one whenever the app sets its value."""
    prefix, _, name = key.partition(".")
    turn = app.session_state[f"{prefix}.turns"].get(name)
    return app.get_by_key(f"{key}.{turn}" if turn else key)
