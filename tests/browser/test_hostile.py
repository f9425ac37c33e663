"""Hostile names in a real browser: nothing of them comes alive, and no page asks any other server for anything."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from core import Store, export
from core.escaping import JOINER
from pages.ui.shell.links import PAGES
from tests import hostile
from tests.browser.actions import settle
from tests.browser.test_everybody import url

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

QUICK = ("Overview", "Runs")  # the other pages take a minute

# What would come of such names; links between pages carry them in their addresses.
ALIVE = "[href*='//evil'], [src*=evil], .katex, [onclick]"

# Each of these is something else in Streamlit's Markdown than these letters.
TEXTS = (
    "![x](//evil.example/p.png) [go](//evil.example) $x^2$ http://evil.example www.evil.example a@evil.example :smile: "
    ":material/home: :red[x] :streamlit: a -> b -- c <- d `code` **b** _i_ ~s~ |a|b| &lt;b&gt; \\[x](//evil) <b>x</b>"
)


@pytest.fixture
def outside(screen: Page, address: str) -> list[str]:
    """Addresses of other servers that a page asked for; they get no answer."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        if urlsplit(route.request.url).netloc == urlsplit(address).netloc:
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    screen.route("http*://**", refuse)
    return asked


@pytest.fixture
def run(app_store: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    """The finished run of hostile data in the server's store, where it is not yet there."""
    monkeypatch.setenv("UNLEARN_STORE", str(app_store.root))
    known = [row.id for row in app_store.rows() if row.state == "done"]
    return known[0] if known else hostile.fill(app_store).id


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.long) for name in PAGES]
)
def test_no_page(name: str, run: str, screen: Page, outside: list[str]) -> None:
    screen.goto(f"/{url(name)}?run={run}&img=4")
    expect(screen.get_by_role("heading", name=name, exact=True)).to_be_visible()
    settle(screen)
    expect(screen.get_by_text("evil").first).to_be_attached()
    assert screen.locator(ALIVE).evaluate_all("found => found.map(one => one.outerHTML.slice(0, 200))") == []
    assert outside == []


def test_markdown_is_letter_by_letter(run: str, app_store: Store, screen: Page) -> None:
    failed = next(row.id for row in app_store.rows() if row.state in ("failed", "queued"))
    app_store.index.end(failed, "failed", TEXTS, only_from=("failed",))
    screen.goto(f"/Runs?run={failed}")
    message = screen.get_by_test_id("stAlert").get_by_test_id("stMarkdownContainer")
    expect(message).to_contain_text("evil")
    assert message.text_content().replace(JOINER, "") == TEXTS
    assert message.locator("a, img, code, em, strong, del, span").count() == 0


def test_no_export(run: str, app_store: Store, screen: Page, outside: list[str], tmp_path: Path) -> None:
    """The report, opened from the disk."""
    (tmp_path / "report.html").write_text(export.report(app_store.run(run)))
    screen.goto(f"file://{tmp_path / 'report.html'}")
    screen.wait_for_function("() => document.querySelectorAll('.main-svg').length > 5")
    assert screen.locator(ALIVE).count() == 0
    assert outside == []
