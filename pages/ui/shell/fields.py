"""Form values that both the user and the app change: the app by an example, a link, or another widget."""

import time
from typing import Any

import streamlit as st

from pages.ui.shell.url_state import LAG


class Fields:
    """Values in session state by short names.

    With every rerun the browser sends the values of all its widgets. If it has not yet received a value that the app
    has set, it sends the old one, which would undo the change. So a widget whose value is set gets a new key, and what
    is sent for the old key is ignored.

    Args:
        prefix: of all keys.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def key(self, name: str) -> str:
        """The key for the widget of a value."""
        self._turns.setdefault(name, 0)
        return self._key(name)

    def _key(self, name: str) -> str:
        turn = self._turns.get(name)
        return f"{self.prefix}{name}.{turn}" if turn else f"{self.prefix}{name}"

    def has(self, name: str) -> bool:
        """Whether there is a value: Streamlit removes that of a widget which is no longer drawn."""
        return self._key(name) in st.session_state

    def get(self, name: str, default: Any = None) -> Any:
        return st.session_state.get(self._key(name), default)

    def put(self, name: str, value: Any) -> None:
        """Sets a value, before its widget is drawn or in a callback."""
        if name in self._turns and self.has(name) and self.get(name) != value:
            del st.session_state[self._key(name)]
            self._turns[name] += 1
        st.session_state[self._key(name)] = value
        self._set[name] = time.monotonic()

    def resend(self) -> None:
        """Before the widgets are drawn: sets new values again, because an interrupted rerun may not have sent them."""
        for name, when in self._set.items():
            if time.monotonic() - when < LAG and self.has(name):
                st.session_state[self._key(name)] = self.get(name)

    @property
    def _turns(self) -> dict[str, int]:
        """How often the widget of a name has got a new key."""
        return st.session_state.setdefault(f"{self.prefix}turns", {})

    @property
    def _set(self) -> dict[str, float]:
        """When the value of a name was set."""
        return st.session_state.setdefault(f"{self.prefix}set", {})
