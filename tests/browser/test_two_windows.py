"""One run in two windows: both follow it, other pages answer meanwhile, and what one ends the other sees."""

import pytest
from playwright.sync_api import Page, expect

from core import Store
from tests.browser.actions import button, start

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LONG = "/Forget?dataset=digits&forget=class%3D3&method=mu-mis&gold_seeds=1%2C&set.model.train.epochs=900"


def test_a_second_window_follows_the_run_and_ends_it(screen: Page, app_store: Store) -> None:
    screen.goto(LONG)
    run = start(screen)
    expect(screen.get_by_text("Training original")).to_be_visible()

    second = screen.context.new_page()
    second.goto(f"/Runs?run={run}")
    expect(second.get_by_text("Training original")).to_be_visible()
    second.get_by_role("link", name="Gold comparison").click()
    expect(second.get_by_role("heading", name="Gold comparison", exact=True)).to_be_visible()
    expect(second.get_by_text(f"Run {run} is not finished")).to_be_visible()  # another one is shown meanwhile
    assert app_store.row(run).state == "running"

    second.goto(f"/Forget?run={run}")
    button(second, "Cancel").click()
    for window in (second, screen):
        expect(button(window, "Resume")).to_be_visible()
    assert app_store.row(run).state == "cancelled"
