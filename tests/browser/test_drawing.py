"""A person draws in the browser: with the mouse and with the keyboard, and the models read it."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core import Store
from core.datasets.own.strokes import draw_digit, read_strokes
from core.examples import examples
from core.specs.datasets import DIGIT_NAMES
from core.specs.inspection import InspectSpec
from tests.browser.actions import button, settle
from tests.browser.handwriting import DIGITS, Stroke

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EXAMPLE = examples()[0].spec


def canvas(screen: Page) -> Locator:
    return screen.get_by_role("application")


def draw(screen: Page, *strokes: Stroke) -> None:
    """With the mouse."""
    place = canvas(screen).bounding_box()
    assert place is not None
    for stroke in strokes:
        points = [(place["x"] + x * place["width"], place["y"] + y * place["height"]) for x, y in stroke]
        screen.mouse.move(*points[0])
        screen.mouse.down()
        for point in points[1:]:
            screen.mouse.move(*point)
        screen.mouse.up()


def drawing(screen: Page, before: str = "no") -> str:
    """The name of what is drawn, once it is another drawing than before."""
    expect(screen).to_have_url(re.compile(rf"[?&]img=own-(?!{before.removeprefix('own-')})"))
    return parse_qs(urlsplit(screen.url).query)["img"][0]


def test_a_box_an_undo_and_a_line_by_keyboard(screen: Page, app_store: Store) -> None:
    screen.goto(f"/Try_an_image?run={EXAMPLE.id}")
    settle(screen)
    button(screen, "Box").click()
    corners = [(0.2, 0.3), (0.8, 0.5)]
    draw(screen, corners)
    box = draw_digit(read_strokes([{"box": True, "points": corners}]), 28)[None].astype(int)
    first = drawing(screen)
    assert np.abs(app_store.inspections.picture(first) - box).max() <= 64  # the mouse moves by whole pixels
    button(screen, "Undo").click()
    expect(screen).not_to_have_url(re.compile("img="))
    button(screen, "Draw").click()
    canvas(screen).focus()
    for key in ("Space", *["ArrowRight"] * 8, "Space"):
        screen.keyboard.press(key)
    line = draw_digit(read_strokes([{"points": [[0.5 + n / 28, 0.5] for n in range(9)]}]), 28)[None].astype(int)
    assert np.abs(app_store.inspections.picture(drawing(screen, first)) - line).max() <= 16


@pytest.mark.long
def test_a_model_reads_at_least_17_of_20_drawn_digits(screen: Page, app_store: Store) -> None:
    screen.goto(f"/Try_an_image?run={EXAMPLE.id}")
    settle(screen)
    name, read = "no", []
    for digit, variants in DIGITS.items():
        for strokes in variants:
            if read:
                button(screen, "Clear").click()
                expect(screen).not_to_have_url(re.compile("img="))
            draw(screen, *strokes)
            name = drawing(screen, name)
            read.append((DIGIT_NAMES[digit], original_says(app_store, InspectSpec(run=EXAMPLE.id, image=name))))
    assert sum(drawn == taken for drawn, taken in read) >= 17, read


def original_says(store: Store, question: InspectSpec) -> str:
    """The digit that the original reads, as soon as the app's inspector has answered."""
    while "answers" not in store.inspections.known(question):
        time.sleep(0.05)
    answers = store.inspections.answers(question)
    logits = answers[answers["role"] == "original"].set_index("class")["logit"]
    return DIGIT_NAMES[int(logits.idxmax())]
