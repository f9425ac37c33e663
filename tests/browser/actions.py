"""What a person does in the app, each waiting for the state that it needs and never for a time."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

# The page as the server has drawn it last: its script is not running, nothing on it is left from an earlier drawing,
# and every figure that can be seen has been laid out.
AT_REST = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[data-stale=true]')
        && [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(one => {
            const plot = one.querySelector('.js-plotly-plot');
            return one.offsetParent === null || plot?._fullLayout && plot.calcdata && plot.querySelector('.main-svg');
        });
}"""


def settle(screen: Page) -> None:
    """Until the page is drawn."""
    expect(screen.get_by_role("heading", level=1)).to_be_visible()
    screen.wait_for_function(AT_REST)


def button(screen: Page, name: str) -> Locator:
    """The button with this name."""
    return screen.get_by_role("button", name=name, exact=True)


def point_at(screen: Page, place: dict[str, float]) -> None:
    """Moves the mouse to a place of a figure, until the figure has seen it come and says what is there."""
    label = screen.locator(".hoverlayer .hovertext").first
    for _ in range(50):
        screen.mouse.move(place["x"] - 4, place["y"] - 4)
        screen.mouse.move(place["x"], place["y"])
        try:
            label.wait_for(timeout=500)
        except TimeoutError:
            continue
        return
    expect(label).to_be_visible()


def start(screen: Page) -> str:
    """Presses Run and returns the run's id."""
    button(screen, "Run").click()
    expect(screen).to_have_url(re.compile(r"[?&]run=\w+"))
    expect(screen.get_by_role("heading", name="The run")).to_be_visible()
    return run_of(screen)


def run_of(screen: Page) -> str:
    """The run in the address."""
    return parse_qs(urlsplit(screen.url).query)["run"][0]
