"""Limits of a server, each a setting of the environment with a default; a message names the setting where it bites."""

import os

from core.errors import InvalidSpec

DEFAULTS = {
    "UNLEARN_MAX_QUEUE": 500,  # runs that wait at the same time
    "UNLEARN_MAX_UPLOADS": 20,  # files that are kept at the same time until they are checked
}


def limit(name: str) -> int:
    """The value of a limit.

    Raises:
        InvalidSpec: it is set to something other than a whole number above 0.
    """
    text = os.environ.get(name) or str(DEFAULTS[name])
    if not text.isdecimal() or int(text) < 1:
        raise InvalidSpec(f"{name} is {text!r}; a whole number above 0 is needed")
    return int(text)
