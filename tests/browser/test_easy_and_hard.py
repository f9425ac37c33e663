"""A person looks into a TMU run: opens an image by its picture, and moves the cut."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core import RunSpec, Store
from tests.browser.actions import click_point, click_slider, content, finish, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# Id and place on the screen of the last tile: of the figure whose layout has images.
LAST_TILE = """() => {
    const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout.images?.length);
    plot.scrollIntoView({block: 'center', behavior: 'instant'});
    const layout = plot._fullLayout, points = plot.calcdata[0], point = points[points.length - 1];
    const box = plot.getBoundingClientRect();
    return {id: plot._fullData[0].customdata[points.length - 1],
            x: box.left + layout._size.l + layout.xaxis.c2p(point.x),
            y: box.top + layout._size.t + layout.yaxis.c2p(point.y)};
}"""
# The slider of the cut on the screen.
SLIDER = """() => {
    const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout.sliders?.length);
    plot.scrollIntoView({block: 'center', behavior: 'instant'});
    const box = plot.querySelector('.slider-rail-touch-rect').getBoundingClientRect();
    return {left: box.left + 3, right: box.right - 3, y: box.top + box.height / 2};
}"""
# Whether the moving line stands at a number of images.
CUT_AT = """number => {
    const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout.sliders?.length);
    return plot._fullData[0].x[0] === number;
}"""


def test_open_an_image_and_move_the_cut(screen: Page, app_store: Store, quick: Callable[..., RunSpec]) -> None:
    settings = {"model.train.epochs": 12, "twin_epochs": 1, "curriculum_steps": 4, "max_steps": 4}
    run = finish(app_store, quick("tmu", "class=3:50%", "digits-noisy", settings=settings))
    screen.goto(f"/Easy_and_hard?run={run}")
    expect(screen.get_by_role("heading", name="Cost and notes")).to_be_visible()
    tile = click_point(screen, LAST_TILE)
    expect(screen).to_have_url(re.compile(rf"img={tile['id']}\b"))
    settle(screen)
    expect(content(screen).get_by_text(re.compile(rf"^Image {tile['id']} · three · predicted"))).to_be_visible()

    screen.get_by_role("tab", name="Where to cut").click()
    settle(screen)
    size = len(app_store.run(run).table("adversarial"))
    assert not screen.evaluate(CUT_AT, size)
    click_slider(screen, SLIDER, "right", CUT_AT, size)
    expect(screen.get_by_text(re.compile(rf"^{size} predicted hard"))).to_be_visible()
