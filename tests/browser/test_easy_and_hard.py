"""A person looks into a TMU run: opens an image by its picture, and moves the cut."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core import RunSpec, Store
from core.jobs.worker import attempt

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# Id and place on the screen of the last tile: of the figure whose layout has images.
LAST_TILE = """() => {
    const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout.images?.length);
    const layout = plot._fullLayout, points = plot.calcdata[0], point = points[points.length - 1];
    const box = plot.getBoundingClientRect();
    return {id: plot._fullData[0].customdata[points.length - 1],
            x: box.left + layout._size.l + layout.xaxis.c2p(point.x),
            y: box.top + layout._size.t + layout.yaxis.c2p(point.y)};
}"""
# Where the moving line stands, and the right end of the slider on the screen.
CUT = """() => {
    const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout.sliders?.length);
    plot.scrollIntoView({block: 'center'});
    const box = plot.querySelector('.slider-rail-touch-rect').getBoundingClientRect();
    return {cut: plot._fullData[0].x[0], right: box.right - 3, y: box.top + box.height / 2};
}"""


def test_open_an_image_and_move_the_cut(screen: Page, app_store: Store, quick: Callable[..., RunSpec]) -> None:
    settings = {"model.train.epochs": 12, "twin_epochs": 1, "curriculum_steps": 4, "max_steps": 4}
    run = app_store.submit(quick("tmu", "class=3:50%", "digits-noisy", settings=settings))
    assert attempt(app_store, run, "cpu") == "done"
    screen.goto(f"/Easy_and_hard?run={run}")
    expect(screen.get_by_role("heading", name="Cost and notes")).to_be_visible()
    expect(screen.get_by_test_id("stStatusWidget")).to_have_count(0)
    screen.wait_for_timeout(2500)  # until a figure answers to the mouse

    screen.get_by_role("heading", name="Every image to forget").scroll_into_view_if_needed()
    tile = screen.evaluate(LAST_TILE)
    screen.mouse.move(tile["x"] - 4, tile["y"] - 4)
    screen.mouse.move(tile["x"], tile["y"])
    screen.wait_for_timeout(500)
    screen.mouse.click(tile["x"], tile["y"])
    expect(screen.get_by_text(re.compile(rf"^Image {tile['id']} · three · called"))).to_be_visible()
    expect(screen).to_have_url(re.compile(rf"img={tile['id']}\b"))

    screen.wait_for_timeout(1500)
    before = screen.evaluate(CUT)
    screen.mouse.click(before["right"], before["y"])
    screen.wait_for_timeout(500)
    size = len(app_store.run(run).table("adversarial"))
    assert screen.evaluate(CUT)["cut"] == size != before["cut"]
    expect(screen.get_by_text(re.compile(rf"^{size} called hard"))).to_be_visible()
