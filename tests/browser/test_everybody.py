"""Every page by its link, on a server on which nobody was before: for the eye, the ear and the thumb."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core.examples import examples, shipped
from pages.ui.shell.page import PAGES
from tests.browser.actions import button, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FITS = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    return main.scrollWidth <= main.clientWidth;
}"""

# What the focused element is called: by its label, else by its text without the icon's name before it.
NAME_OF_FOCUS = """() => {
    const one = document.activeElement;
    return one.getAttribute('aria-label') ?? one.innerText.split('\\n').pop();
}"""

QUICK = ("Overview", "Forget")  # the other pages take minutes


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.long) for name in PAGES]
)
def test_a_page_by_its_link(name: str, screen: Page) -> None:
    """No serious finding of axe in light and dark, and nothing beyond the edge of a phone."""
    screen.goto(f"/{url(name)}?run={tmu_example()}")
    expect(screen.get_by_role("heading", name=name, exact=True)).to_be_visible()
    for scheme, background in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(16, 21, 28)")):
        screen.emulate_media(color_scheme=scheme)
        expect(screen.get_by_test_id("stApp")).to_have_css("background-color", background)
        settle(screen)
        found = serious(screen)
        assert not found, "\n".join(found)
    screen.set_viewport_size({"width": 390, "height": 844})
    screen.wait_for_function(FITS)


def test_the_keyboard_reaches_what_a_run_needs(screen: Page) -> None:
    screen.goto("/Forget?set.model.train.epochs=900")  # long enough to be cancelled
    settle(screen)
    for role, name in (("combobox", "Data set"), ("textbox", "Request"), ("combobox", "Method"), ("button", "Run")):
        expect(screen.get_by_role(role, name=name, exact=True)).to_be_enabled()  # not while the page connects anew
    reached: set[str] = set()
    for _ in range(90):
        screen.keyboard.press("Tab")
        reached.add(screen.evaluate(NAME_OF_FOCUS))
        on_run = button(screen, "Run").evaluate("node => node === document.activeElement")
        if on_run and {"Skip to main content", "Data set", "Request", "Method"} <= reached:
            break
    else:
        pytest.fail(f"only these were reached: {reached}")
    screen.keyboard.press("Enter")  # on the button Run, which came last
    expect(screen.get_by_role("heading", name="The run")).to_be_visible()
    button(screen, "Cancel").click()
    expect(button(screen, "Resume")).to_be_visible()


def url(name: str) -> str:
    """``pages/4_Easy_and_hard.py`` is /Easy_and_hard, app.py is the root."""
    stem = Path(PAGES[name][0]).stem
    return "" if stem == "app" else stem.partition("_")[2]


def tmu_example() -> str:
    """A shipped run that every page can show."""
    return next(e.spec.id for e in examples() if e.spec.method.name == "tmu" and shipped(e.spec))


def serious(screen: Page) -> list[str]:
    """Findings of axe that ``streamlit hello`` has not: of those that count it has one, in a menu that is off here, and
    white on the primary colour, which Streamlit writes on buttons and choices whatever that colour is (3.3:1 there)."""
    white = ["[data-testid=stMultiSelect] span[title]", "[data-testid=stBaseButton-primary]"]
    found = Axe().run(screen, context={"exclude": [[one] for one in white]}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
