import json
from html.parser import HTMLParser

import pandas as pd
import plotly.graph_objects as go
import pytest

from core.export.document import MAX_ROWS, document, figure_document, figure_html, table_html
from core.figures import Shown


class Reader(HTMLParser):
    """Every element with its attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script" and self.get_starttag_text():
            self.scripts.append(data)


@pytest.fixture
def shown() -> Shown:
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name="</script><img src='http://x'>"))
    table = pd.DataFrame({"<b>": [0.123456, None], "name": ["<i>", "&"]})
    return Shown(figure, table, "Look < here.", 'Two "points".')


def test_a_document_loads_nothing(shown: Shown) -> None:
    page = Reader(figure_document(shown, "before_after"))
    tags = [tag for tag, _ in page.elements]
    assert not {"img", "link", "iframe", "object", "embed", "base"} & set(tags)
    assert not [name for _, attributes in page.elements for name in attributes if name in ("src", "href")]
    assert tags.count("script") == 3  # plotly.js, the figure, and what draws it
    assert "@import" not in figure_document(shown, "x").partition("</style>")[0]
    assert "url(" not in figure_document(shown, "x").partition("</style>")[0]


def test_the_figure_is_complete_in_the_document(shown: Shown) -> None:
    text = figure_html(shown, "one")
    data = text.partition('data-figure="one">')[2].partition("</script>")[0]
    assert json.loads(data)["data"][0]["name"] == "</script><img src='http://x'>"
    assert "<figcaption>Look &lt; here.</figcaption>" in text
    assert 'aria-label="Two &quot;points&quot;."' in text


def test_names_are_escaped() -> None:
    text = document("<script>alert(1)</script>", "<p>body</p>")
    assert "<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>" in text
    assert "<script>alert" not in text
    assert 'id="&quot;&gt;&lt;b&gt;"' in figure_html(Shown(go.Figure(), pd.DataFrame(), "", ""), '"><b>')


def test_a_table_has_its_numbers(shown: Shown) -> None:
    text = table_html(shown.table)
    assert "&lt;b&gt;" in text
    assert "<td>0.1235</td>" in text
    assert "<td>–</td>" in text
    assert "The first" not in text
    long = table_html(pd.DataFrame({"a": range(MAX_ROWS + 5)}))
    assert f"The first {MAX_ROWS} of {MAX_ROWS + 5} rows." in long
    assert long.count("<tr") == MAX_ROWS + 1
