"""The README's pictures, taken from the shipped examples: ``make pictures``."""

import re

import pytest
from playwright.sync_api import Browser, expect

from core.examples import examples
from core.paths import PROJECT
from tests.browser.actions import settle

pytestmark = [pytest.mark.pictures, pytest.mark.xdist_group("browser")]

FOLDER = PROJECT / "assets" / "pictures"
SIZE = {"width": 1440, "height": 900}
MAX_BYTES = 400_000
RUNS = [entry.spec for entry in examples()]
WHOLE, PART = RUNS[0].id, next(spec.id for spec in RUNS if spec.method.name == "tmu")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("overview", f"/?run={WHOLE}"),
        ("forget", f"/Forget?run={WHOLE}"),
        ("sensitivity", f"/Sensitivity?run={WHOLE}"),
        ("gold_comparison", f"/Gold_comparison?run={PART}"),
    ],
)
def test_picture(browser: Browser, address: str, name: str, path: str) -> None:
    """One page, from its top."""
    context = browser.new_context(base_url=address, viewport=SIZE, color_scheme="light", reduced_motion="reduce")
    page = context.new_page()
    page.goto(path)
    expect(page.get_by_role("figure", name=re.compile(".")).first).to_be_visible(timeout=120_000)
    settle(page)
    picture = FOLDER / f"{name}.png"
    picture.parent.mkdir(exist_ok=True)
    page.screenshot(path=picture, animations="disabled")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    context.close()
    assert picture.stat().st_size < MAX_BYTES
