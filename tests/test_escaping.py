"""What a browser makes of escaped Markdown and of figures is tested in ``tests/browser/test_hostile.py``."""

import pytest

from core.errors import StoreError
from core.escaping import JOINER, error_sentence, in_figure, in_markdown, one_line


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("two 2", "two 2"),
        ("![x](//evil/p.png)", r"!\[x\](//evil/p.png)"),
        ("$x^2$ `c` a_b", r"\$x^2\$ \`c\` a\_b"),
        ("&lt;", r"\&lt;"),
        ("class=3:30%", r"class=3\:30%"),
        ("npz:abc", r"npz\:abc"),
        ("http://x", f"http{JOINER}:{JOINER}//x"),
        ("WWW.x", f"WWW{JOINER}.{JOINER}x"),
        ("a@b", rf"a{JOINER}@{JOINER}b"),
        (":smile:", f"{JOINER}:{JOINER}smile:"),
        (":material/home:", f"{JOINER}:{JOINER}material/home:"),
        ("a -> b", f"a -{JOINER}>{JOINER} b"),
        ("    code\n# head", "code # head"),
        ("# head", r"\# head"),
        ("12. item", r"12\. item"),
        ("3.11.7", "3.11.7"),
        ("- item > a = b", r"\- item > a = b"),
        (":red[x]", r"\:red\[x\]"),
    ],
)
def test_markdown(text: str, escaped: str) -> None:
    assert in_markdown(text) == escaped


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("T-shirt/top", "T-shirt/top"),
        ('<a href="//evil">x</a>', '&lt;a href="//evil"&gt;x&lt;/a&gt;'),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("%{customdata} $x$", "%&#123;customdata} &#36;x&#36;"),
        ("a\nb", "a b"),
    ],
)
def test_figures(text: str, escaped: str) -> None:
    assert in_figure(text) == escaped


def test_one_line() -> None:
    assert one_line("  a\r\n\tb\u202ec\u2028d\x00  ") == "a b c d"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (StoreError("a\n b"), "a b"),
        (StoreError("x" * 60_000), "x" * 999 + "…"),
        (PermissionError(13, "Permission denied", "/proc/x"), "/proc/x cannot be used: Permission denied"),
        (OSError("odd"), "odd"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_an_error_is_one_short_line(error: Exception, text: str) -> None:
    assert error_sentence(error) == text
