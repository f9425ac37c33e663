"""Text of unknown origin (names, notes, files, URLs), so that Markdown and figures show it letter by letter."""

import re
from functools import lru_cache
from html import escape

MAX_LETTERS = 1000  # of a message
JOINER = "\u2060"  # invisible, and no line break is made at it
# Links, mail addresses, emoji, icons and arrows are looked for once the backslashes are gone: a joiner parts them.
FOUND_LATE = re.compile(r":(?=//|[\w+-]+:|material/)|(?<=www)\.|@|(?<=-)[->]|(?<=<)-", re.IGNORECASE)
ANYWHERE = re.compile(r"[\\`*_\[\]<&$~|]|:(?=[\w+-])")
AT_START = re.compile(r"^(?:\d+(?=[.)](?:\s|$))|(?=[#+\-=>]))")  # of headings, lists and quotes


def one_line(text: str) -> str:
    """The text without line breaks, signs that are not drawn, and spaces in a row."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def error_sentence(error: Exception) -> str:
    """An error as one line of at most ``MAX_LETTERS`` letters; it may quote a file or a name of any length."""
    text = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.filename or 'a file'} cannot be used: {error.strerror}"
    text = one_line(text)
    return text if len(text) <= MAX_LETTERS else f"{text[: MAX_LETTERS - 1]}…"


@lru_cache(maxsize=8192)
def in_markdown(text: str) -> str:
    """The text as part of Markdown: in Streamlit, in notebooks and in model cards."""
    escaped = ANYWHERE.sub(r"\\\g<0>", FOUND_LATE.sub(rf"{JOINER}\g<0>{JOINER}", one_line(text)))
    return AT_START.sub(r"\g<0>\\", escaped)


@lru_cache(maxsize=8192)
def in_figure(text: str) -> str:
    """The text as part of a plotly figure, which reads some HTML, ``%{...}`` in hover texts, and TeX in notebooks."""
    return escape(one_line(text), quote=False).replace("%{", "%&#123;").replace("$", "&#36;")
