"""A person forgets a digit, reads what came of it, stops a long run, and picks images."""

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from core import Store, make_spec
from core.jobs import ensure_supervisor
from core.store import RunFolder
from tests.browser.actions import button, click_point, content, finish, settle, start

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

REQUEST = "/Forget?dataset=digits&forget=class%3D3&method=mu-mis&gold_seeds=1%2C"
QUICK = f"{REQUEST}&set.model.train.epochs=5"
FEW = {"model.train.epochs": 2, "model.data.size": 200}
LONG = f"{REQUEST}&set.model.train.epochs=900"

# Id and place on the screen of the first image of a split in the before/after figure.
FIRST_POINT = """split => {
    const plot = document.querySelector('.js-plotly-plot'), layout = plot._fullLayout;
    plot.scrollIntoView({block: 'center', behavior: 'instant'});
    const trace = plot.data.findIndex(one => one.name === split), point = plot.calcdata[trace][0];
    const box = plot.getBoundingClientRect();
    return {id: plot._fullData[trace].customdata[0],
            x: box.left + layout._size.l + layout.xaxis.c2p(point.x),
            y: box.top + layout._size.t + layout.yaxis.c2p(point.y)};
}"""

# Place on the screen of the first cell that belongs to a run, in the figure of all methods.
CELL_OF_RUN = """run => {
    const plot = document.querySelector('.js-plotly-plot'), layout = plot._fullLayout;
    plot.scrollIntoView({block: 'center', behavior: 'instant'});
    const box = plot.getBoundingClientRect();
    for (const trace of plot.calcdata.filter(one => one[0].trace.customdata))
        for (const point of trace)
            if (trace[0].trace.customdata[point.i] === run)
                return {x: box.left + layout._size.l + layout.xaxis.c2p(point.x),
                        y: box.top + layout._size.t + layout.yaxis.c2p(point.y)};
}"""


def test_forget_a_digit_and_read_the_result(screen: Page, app_store: Store) -> None:
    screen.goto(QUICK)
    run = start(screen)
    expect(screen.get_by_text("Training original")).to_be_visible()
    expect(screen.get_by_role("heading", name="Step by step")).to_be_visible()
    settle(screen)
    folder = app_store.run(run)
    shows_accuracies(screen, folder)

    screen.get_by_role("link", name="See the sensitivity of every image").click()
    expect(screen.get_by_role("heading", name="Sensitivity", exact=True)).to_be_visible()
    forgotten = f"of the {folder.result['forget']['size']} forget images"
    expect(screen.get_by_role("figure", name=re.compile(forgotten))).to_be_visible()
    shows_the_image_of_a_point(screen, folder)

    screen.get_by_role("link", name="Gold comparison").click()
    expect(screen.get_by_role("heading", name="Gold comparison", exact=True)).to_be_visible()
    settle(screen)
    shows_accuracies(screen, folder)
    expect(screen.get_by_text(f"{100 * folder.result['gap']['average']:.2f} points")).to_be_visible()
    shown = numbers_of_table(screen.get_by_role("tabpanel", name="This run").get_by_test_id("stDataFrame"))
    for role in ("original", "unlearned", "gold-1"):
        for value in folder.result["accuracy"][role].values():
            assert pytest.approx(value) in shown


def test_a_click_in_the_comparison_chooses_another_method(screen: Page, app_store: Store) -> None:
    first, second = (finish(app_store, make_spec("digits", "class=3", name, seed=5, settings=FEW))
                     for name in ("gradient-ascent", "fine-tune"))  # fmt: skip
    screen.goto(f"/Gold_comparison?run={first}")
    shows_accuracies(screen, app_store.run(first))
    figure = screen.get_by_role("figure", name=re.compile("Differences of 2 methods"))
    expect(figure).to_be_visible()
    click_point(screen, CELL_OF_RUN, second)
    expect(screen).to_have_url(re.compile(f"run={second}"))
    settle(screen)
    shows_accuracies(screen, app_store.run(second))


def test_a_long_run_outlives_a_reload_and_is_cancelled_within_a_second(screen: Page, app_store: Store) -> None:
    screen.goto(LONG)
    run = start(screen)
    expect(screen.get_by_text("Training original")).to_be_visible()
    screen.reload()
    took = []
    for _ in range(4):  # it resumes from the second time on; the best of four, for a busy machine
        expect(screen.get_by_text("Training original")).to_be_visible()
        clicked = time.time()
        button(screen, "Cancel").click()
        again = button(screen, "Resume")
        expect(again).to_be_visible()
        assert app_store.row(run).state == "cancelled"
        took.append(app_store.row(run).changed - clicked)
        settle(screen)
        again.click()
    assert min(took) < 1
    expect(screen.get_by_text("Training original")).to_be_visible()
    button(screen, "Cancel").click()
    expect(again).to_be_visible()
    assert not app_store.is_worked_on(run)


def test_pick_images_by_click_and_by_box(screen: Page) -> None:
    screen.goto(REQUEST)
    settle(screen)
    screen.get_by_role("tab", name="Single images").click()
    expect(screen.get_by_text("picking images replaces class=three")).to_be_visible()
    text = screen.get_by_role("textbox", name="Request", exact=True)
    tile(screen, 2).click()
    expect(text).to_have_value("index=2")
    drag(screen, 0, 6)  # of five columns
    expect(text).to_have_value("index=0,1,2,5,6")
    drag(screen, 5, 6)
    expect(text).to_have_value("index=0,1,2")  # all of these were picked, so they are put back
    tile(screen, 7).click()
    tile(screen, 10).click(modifiers=["Shift"])
    expect(text).to_have_value("index=0,1,2,7,8,9,10")
    tile(screen, 10).press("Enter")
    for key in ("ArrowUp", "ArrowLeft", "Space"):
        screen.keyboard.press(key)
    expect(text).to_have_value("index=0,1,2,4,7,8,9")
    screen.get_by_text("Combine the choices of all tabs").click()
    screen.get_by_role("tab", name="Classes").click()
    screen.get_by_role("button", name="three", exact=True).click()
    expect(text).to_have_value("class=three+index=0,1,2,4,7,8,9")


def test_no_pick_is_lost_while_a_run_works(screen: Page, app_store: Store) -> None:
    run = app_store.submit(make_spec("digits", "class=3", "mu-mis", settings={"model.train.epochs": 900}))
    ensure_supervisor(app_store)
    screen.goto(f"{REQUEST}&run={run}")
    expect(screen.get_by_text("Training original")).to_be_visible()
    screen.get_by_role("tab", name="Single images").click()
    for number in range(10):
        tile(screen, number).click()
        screen.wait_for_timeout(600)
    text = screen.get_by_role("textbox", name="Request", exact=True)
    expect(text).to_have_value("index=0,1,2,3,4,5,6,7,8,9")
    assert app_store.row(run).state == "running"
    app_store.cancel(run)


def shows_accuracies(screen: Page, folder: RunFolder) -> None:
    """The accuracies of the unlearned model, in percent with at most one digit."""
    for value in folder.result["accuracy"]["unlearned"].values():
        text = f"{100 * value:.1f}".removesuffix(".0") + "%"
        expect(screen.get_by_test_id("stMetricValue").get_by_text(text, exact=True).first).to_be_visible()


def shows_the_image_of_a_point(screen: Page, folder: RunFolder) -> None:
    """A click on a point of the forget set opens its image, with its norms in every model."""
    click_point(screen, FIRST_POINT, "Forget set")
    expect(screen).to_have_url(re.compile(r"img=\d+"))
    settle(screen)
    said = re.compile(r"^Image \d+ · three · forget set$")  # another point may lie on top of the first
    panel = content(screen).get_by_text(said)
    expect(panel).to_be_visible()
    number = int(panel.inner_text().split()[1])
    samples = folder.samples()
    shown = numbers_of_table(screen.get_by_test_id("stDataFrame").first)
    for value in samples.loc[samples["index"] == number, "target_norm"]:
        assert pytest.approx(value, rel=1e-5) in shown


def numbers_of_table(table: Locator) -> list[float]:
    """The numbers in a table, from the cells that it has for screen readers."""
    expect(table.locator("td").first).to_be_attached()
    cells = table.locator("td").all_inner_texts()
    return [float(cell) for cell in cells if re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell)]


def tile(screen: Page, number: int) -> Locator:
    """The picture of a training image to pick."""
    return screen.get_by_role("button", name=f"Image {number},")


def drag(screen: Page, start: int, end: int) -> None:
    """Presses the mouse on one picture and lets go on another."""
    settle(screen)
    for number in (end, start):  # both are seen before their places are read
        tile(screen, number).scroll_into_view_if_needed()
    screen.mouse.move(*middle(tile(screen, start)))
    screen.mouse.down()
    screen.mouse.move(*middle(tile(screen, end)), steps=5)
    screen.mouse.up()


def middle(place: Locator) -> tuple[float, float]:
    """On the screen."""
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
