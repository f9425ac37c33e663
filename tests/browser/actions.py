"""What a person does in the app. Each waits for the state that it needs, and never for a time.

A page that is drawn again has for a moment what it had before beside what it has now. So first comes what tells that
the new drawing has begun (the address, a text that was not there), then ``settle``, then locators of one place.
"""

import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLate

from core import RunSpec, Store
from core.jobs.worker import attempt

# The script is not running, nothing is left from an earlier drawing, every figure that can be seen is laid out, and
# nothing moves or fades any more.
AT_REST = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[data-stale=true]')
        && [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(one => {
            const plot = one.querySelector('.js-plotly-plot');
            return one.offsetParent === null || plot?._fullLayout && plot.calcdata && plot.querySelector('.main-svg');
        })
        && document.getAnimations().every(one => one.playState !== 'running');
}"""


def settle(screen: Page) -> None:
    """Until the page is drawn."""
    expect(screen.get_by_role("heading", level=1)).to_be_visible()
    screen.wait_for_function(AT_REST)


def button(screen: Page, name: str) -> Locator:
    """The button with this name."""
    return screen.get_by_role("button", name=name, exact=True)


def content(screen: Page) -> Locator:
    """The page without the bar at its foot, which shows the selected image too."""
    return screen.get_by_test_id("stMainBlockContainer")


def click_point(screen: Page, find: str, argument: Any = None) -> dict[str, Any]:
    """Clicks a point of a figure; it takes a click only once it has seen the mouse come, and shows so by a label.

    Args:
        find: JavaScript that returns the point's place on the screen, called with ``argument``.

    Returns:
        What ``find`` has returned.
    """
    settle(screen)
    label = screen.locator(".hoverlayer .hovertext").first
    for _ in range(60):
        place: dict[str, Any] = screen.evaluate(find, argument)
        screen.mouse.move(place["x"] - 4, place["y"] - 4)
        screen.mouse.move(place["x"], place["y"])
        try:
            label.wait_for(timeout=1000)
        except TooLate:
            continue
        screen.mouse.click(place["x"], place["y"])
        return place
    raise AssertionError("the figure does not see the mouse")


def click_slider(screen: Page, find: str, side: str, done: str, argument: Any = None) -> None:
    """Clicks an end of a figure's slider, and waits for what that does.

    Args:
        find: JavaScript that returns the slider's ``left`` and ``right`` end and its ``y`` on the screen.
        done: JavaScript, called with ``argument``, that tells whether it has moved.
    """
    settle(screen)
    place = screen.evaluate(find)
    screen.mouse.click(place[side], place["y"])
    screen.wait_for_function(done, arg=argument)


def finish(store: Store, spec: RunSpec) -> str:
    """A run that is done: by this process, or by the store's supervisor, if that was first."""
    run = store.submit(spec)
    attempt(store, run, "cpu")
    while store.row(run).state in ("queued", "running"):
        time.sleep(0.1)
    assert store.row(run).state == "done"
    return run


def start(screen: Page) -> str:
    """Presses Run and returns the run's id."""
    button(screen, "Run").click()
    expect(screen).to_have_url(re.compile(r"[?&]run=\w+"))
    expect(screen.get_by_role("heading", name="The run")).to_be_visible()
    return parse_qs(urlsplit(screen.url).query)["run"][0]
