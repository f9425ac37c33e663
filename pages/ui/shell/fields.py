"""The widgets of a form whose values the app sets, too: by example, by link, by another widget."""

import time
from typing import Any

import streamlit as st

from pages.ui.shell.url_state import LAG


class Fields:
    """Values by short names.

    With every click and every look at a run's progress the browser tells the values of all its widgets. One that has
    not heard of a value that was set meanwhile tells the old one, and would bring it back. So a widget whose value is
    set gets another key, and what is told of the old one is of no account.

    Args:
        prefix: begins all keys.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def key(self, name: str) -> str:
        """For a widget that is drawn now."""
        self._turns.setdefault(name, 0)
        return self._key(name)

    def _key(self, name: str) -> str:
        turn = self._turns.get(name)
        return f"{self.prefix}{name}.{turn}" if turn else f"{self.prefix}{name}"

    def has(self, name: str) -> bool:
        """Whether there is a value: a widget that is not drawn any more has none."""
        return self._key(name) in st.session_state

    def get(self, name: str, default: Any = None) -> Any:
        return st.session_state.get(self._key(name), default)

    def put(self, name: str, value: Any) -> None:
        """Sets a value."""
        if name in self._turns and self.has(name) and self.get(name) != value:
            del st.session_state[self._key(name)]
            self._turns[name] += 1
        st.session_state[self._key(name)] = value
        self._set[name] = time.monotonic()

    def say_again(self) -> None:
        """Before the widgets are drawn: a drawing that was broken off may not have told the browser what was set."""
        for name, when in self._set.items():
            if time.monotonic() - when < LAG and self.has(name):
                st.session_state[self._key(name)] = self.get(name)

    @property
    def _turns(self) -> dict[str, int]:
        """How often the widget of a name has got another key."""
        return st.session_state.setdefault(f"{self.prefix}turns", {})

    @property
    def _set(self) -> dict[str, float]:
        """When the value of a name was set."""
        return st.session_state.setdefault(f"{self.prefix}set", {})
