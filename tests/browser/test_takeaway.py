"""Links and downloads in a real browser: what was copied opens, and what was downloaded is what it should be."""

import json
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Download, Page, expect

from core.examples import examples, shipped
from core.export import files
from tests.browser.actions import settle

EXAMPLE = examples()[0].spec
RUN = EXAMPLE.id

# Whether the first figure's camera saves SVG.
SAVES_SVG = "() => document.querySelector('.js-plotly-plot')?._context.toImageButtonOptions.format === 'svg'"

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def downloaded(screen: Page, button: str, folder: Path) -> Path:
    with screen.expect_download() as waiting:
        screen.get_by_role("button", name=button, exact=True).click()
    download: Download = waiting.value
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


def test_a_copied_link_opens_the_same_view(screen: Page) -> None:
    screen.goto(f"/Sensitivity?run={RUN}")
    settle(screen)
    screen.get_by_role("radio", name="Irrelevant").click()
    expect(screen).to_have_url(re.compile("sensitivity.norm=Irrelevant"))
    settle(screen)
    screen.get_by_role("tab", name="Whole Jacobian").click()
    expect(screen).to_have_url(re.compile("sensitivity.distribution=Whole"))
    settle(screen)
    screen.get_by_role("button", name="Link to this view").click()
    code = screen.get_by_test_id("stPopoverBody").get_by_test_id("stCode")
    expect(code).to_contain_text("sensitivity.norm=Irrelevant")
    link = code.inner_text().strip()
    screen.goto("/")
    settle(screen)
    screen.goto(link)
    settle(screen)
    expect(screen.get_by_role("tab", name="Whole Jacobian")).to_have_attribute("aria-selected", "true")
    expect(screen.get_by_role("radio", name="Irrelevant")).to_be_checked()


def test_what_is_downloaded_of_a_run(screen: Page, tmp_path: Path, browser: Browser) -> None:
    run = shipped(EXAMPLE)
    assert run is not None
    screen.goto(f"/?run={RUN}")
    settle(screen)
    screen.get_by_role("button", name="Export").click()
    with zipfile.ZipFile(downloaded(screen, "Everything (zip)", tmp_path)) as archive:
        whole = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert whole == files(run)
    assert json.loads(downloaded(screen, "Notebook", tmp_path).read_text())["nbformat"] == 4

    report = downloaded(screen, "Report (HTML)", tmp_path)
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(report.as_uri())
    expect(page.locator("figure .main-svg").first).to_be_visible()
    assert page.locator("figure").count() == page.locator("figure .plot-container").count() > 5
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert errors == []
    context.close()


def test_what_is_downloaded_of_a_figure(screen: Page, tmp_path: Path) -> None:
    screen.goto(f"/Sensitivity?run={RUN}")
    settle(screen)
    screen.get_by_role("button", name="Numbers and files").first.click()
    table = pd.read_parquet(downloaded(screen, "Parquet", tmp_path))
    assert list(table) == list(pd.read_csv(downloaded(screen, "CSV", tmp_path)))
    assert len(table) > 100
    assert 'data-figure="before_after"' in downloaded(screen, "Interactive HTML", tmp_path).read_text()
    screen.get_by_test_id("stPopoverBody").get_by_text("SVG", exact=True).click()
    screen.wait_for_function(SAVES_SVG)
    screen.keyboard.press("Escape")
    settle(screen)
    plot = screen.get_by_test_id("stPlotlyChart").first
    plot.hover()
    with screen.expect_download() as waiting:
        plot.locator("[data-title^='Download plot']").click()
    assert waiting.value.suggested_filename == "before_after.svg"
    waiting.value.save_as(tmp_path / "before_after.svg")
    assert (tmp_path / "before_after.svg").read_text().startswith("<svg")
