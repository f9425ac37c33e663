"""A person looks at single images: lassoes some in the map, opens one in the gallery, and scrubs through the run."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from core import RunSpec, Store
from core.specs.ids import PACKED, parse_ids
from tests.browser.actions import click_point, click_slider, content, finish, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# The left panel of the map on the screen.
PANEL = """() => {
    const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one._fullLayout.xaxis2);
    const box = plot.getBoundingClientRect(), {xaxis, yaxis} = plot._fullLayout;
    return {left: box.left + xaxis._offset, top: box.top + yaxis._offset, width: xaxis._length, height: yaxis._length};
}"""
# Id and place on the screen of the second tile of the gallery.
TILE = """() => {
    const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout.images?.length);
    plot.scrollIntoView({block: 'center', behavior: 'instant'});
    const box = plot.getBoundingClientRect(), {xaxis, yaxis} = plot._fullLayout, point = plot.calcdata[0][1];
    return {id: plot._fullData[0].customdata[1],
            x: box.left + xaxis._offset + xaxis.c2p(point.x), y: box.top + yaxis._offset + yaxis.c2p(point.y)};
}"""
# The slider over the steps on the screen, and whether step 0 is shown.
SLIDER = """() => {
    const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout.sliders?.length);
    plot.scrollIntoView({behavior: 'instant'});
    const box = plot.querySelector('.slider-rail-touch-rect').getBoundingClientRect();
    return {left: box.left + 3, right: box.right - 3, y: box.top + box.height / 2};
}"""
AT_STEP = """step => {
    const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout.sliders?.length);
    return plot._fullData.find(one => one.mode === 'text').text[0].startsWith(`<b>Step ${step}</b>`);
}"""


def test_lasso_open_and_scrub(screen: Page, app_store: Store, quick: Callable[..., RunSpec]) -> None:
    run = finish(app_store, quick("gradient-ascent", settings={"max_steps": 4}))
    total = len(app_store.run(run).table("samples"))
    screen.goto(f"/Images?run={run}")
    settle(screen)
    expect(screen.get_by_text(f"{total:,} of {total:,} images")).to_be_visible()

    panel = screen.evaluate(PANEL)
    screen.mouse.move(panel["left"] + 60, panel["top"] + 60)  # which shows the buttons
    screen.locator(".modebar-btn[data-title='Box Select']").first.click()
    screen.mouse.move(panel["left"] + 2, panel["top"] + 2)
    screen.mouse.down()
    screen.mouse.move(panel["left"] + panel["width"] - 2, panel["top"] + panel["height"] * 0.5, steps=8)
    screen.mouse.up()
    expect(screen).to_have_url(re.compile(r"[?&]ids="))
    settle(screen)
    off = screen.get_by_role("button", name=re.compile("Clear selection"))
    expect(off).to_be_visible()
    text = parse_qs(urlsplit(screen.url).query)["ids"][0]
    ids = list(parse_ids(text if text.startswith(PACKED) else text.replace("-", ",")) or ())
    places = app_store.run(run).table("map").query("role == 'original'").set_index("index")["y"]
    assert 0 < len(ids) < len(places)
    assert places[ids].min() > places.drop(ids).quantile(0.5)  # the upper part of the map
    expect(screen.get_by_text(f"{len(ids):,} of {total:,} images")).to_be_visible()

    tile = click_point(screen, TILE)
    assert tile["id"] == sorted(ids)[1]
    expect(screen).to_have_url(re.compile(rf"img={tile['id']}\b"))
    settle(screen)
    expect(content(screen).get_by_text(re.compile(rf"^Image {tile['id']} · "))).to_be_visible()
    screen.reload()
    settle(screen)
    expect(screen.get_by_text(f"{len(ids):,} of {total:,} images")).to_be_visible()
    off.click()
    expect(screen).not_to_have_url(re.compile(r"[?&]ids="))
    settle(screen)
    expect(screen.get_by_text(f"{total:,} of {total:,} images")).to_be_visible()

    screen.goto(f"/Forget?run={run}")
    expect(screen.locator(".slider-rail-touch-rect")).to_be_attached()
    settle(screen)
    assert screen.evaluate(AT_STEP, app_store.run(run).result["steps"])
    click_slider(screen, SLIDER, "left", AT_STEP, 0)
