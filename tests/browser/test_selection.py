"""A person selects an image on one page, finds it on another, and looks closer at it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core import RunSpec, Store
from tests.browser.actions import click_point, finish, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# Id and place on the screen of the first image of the forget set in the before/after figure.
POINT = """() => {
    const plot = document.querySelector('.js-plotly-plot'), layout = plot._fullLayout;
    const trace = plot.data.findIndex(one => one.name === 'Forget set'), point = plot.calcdata[trace][0];
    const box = plot.getBoundingClientRect();
    return {x: box.left + layout._size.l + layout.xaxis.c2p(point.x),
            y: box.top + layout._size.t + layout.yaxis.c2p(point.y)};
}"""


def test_an_image_goes_with_the_person(screen: Page, app_store: Store, quick: Callable[..., RunSpec]) -> None:
    run = finish(app_store, quick("gradient-ascent"))
    screen.goto(f"/Sensitivity?run={run}")
    expect(screen.get_by_role("figure", name=re.compile("forget images"))).to_be_visible()
    click_point(screen, POINT)
    expect(screen).to_have_url(re.compile(r"img=\d+"))
    settle(screen)
    found = re.search(r"img=(\d+)", screen.url)
    assert found is not None
    bar = screen.get_by_test_id("stBottom")
    expect(bar.get_by_text(f"Image {found[1]} · ")).to_be_visible()

    screen.get_by_role("link", name="Gold comparison").click()
    expect(screen.get_by_role("heading", name="Gold comparison", exact=True)).to_be_visible()
    expect(bar.get_by_text(f"Image {found[1]} · ")).to_be_visible()
    screen.reload()
    settle(screen)
    bar.get_by_role("button", name="Look closer").click()
    drawer = screen.get_by_role("dialog")
    expect(drawer.get_by_role("figure", name=re.compile("^Largest probability: Initial"))).to_be_visible()
    expect(drawer.get_by_text("Asking the models")).to_have_count(0)  # each answer draws the drawer anew
    settle(screen)
    drawer.get_by_role("tab", name="Maps").click()
    expect(drawer.get_by_role("figure", name=re.compile("^Maps of 5 models"))).to_be_visible()
    drawer.get_by_role("button", name="Close").click()
    expect(drawer).to_have_count(0)
    expect(bar.get_by_text(f"Image {found[1]} · ")).to_be_visible()
