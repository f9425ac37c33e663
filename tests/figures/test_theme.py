from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from core.figures.theme import (
    DIFFICULTY,
    FULL,
    LINES,
    NORMS,
    ROLES,
    SIDES,
    SPLITS,
    TEXT_ON,
    Mark,
    blank,
    faded,
    frame,
    in_role_order,
    log_axis,
    role_mark,
    role_name,
    shortened,
    tints,
)

# Machado, Oliveira, Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency", table of
# matrices at severity 1, for linear RGB.
VISIONS = {
    "common": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
# Ottosson 2020, "A perceptual color space for image processing" (OKLab).
TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_LAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]
FAMILIES = {
    "roles": ROLES,
    "splits": {name: SPLITS[name] for name in ("forget", "retain", "test")},
    "norms": NORMS,
    "sides": SIDES,
    "difficulty": DIFFICULTY,
    "lines": dict(enumerate(LINES)),
}


def linear(color: str) -> np.ndarray:
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(color: str) -> float:
    return float(linear(color) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, definition of contrast ratio."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(color: str, vision: str) -> np.ndarray:
    seen = np.clip(np.asarray(VISIONS[vision]) @ linear(color), 0, 1)
    return np.asarray(TO_LAB) @ np.cbrt(np.asarray(TO_CONES) @ seen)


@pytest.mark.parametrize("page", ["#ffffff", "#0e1117"])
@pytest.mark.parametrize(
    "mark",
    [mark for family in (*FAMILIES.values(), SPLITS) for mark in family.values()],
    ids=lambda mark: mark.color,
)
def test_colors_read_on_light_and_dark_pages(mark: Mark, page: str) -> None:
    assert contrast(mark.color, page) >= 3  # WCAG 2.2, 1.4.11: graphical objects


@pytest.mark.parametrize("role", TEXT_ON)
def test_numbers_can_be_read_on_full_cells(role: str) -> None:
    assert contrast(ROLES[role].color, TEXT_ON[role]) >= 4.5  # WCAG 2.2, 1.4.3: text
    assert [share for share, _ in tints(role)] == [0, FULL, FULL, 1]


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("family", FAMILIES)
def test_colors_of_a_family_differ_for_colour_blind_people(family: str, vision: str) -> None:
    for one, other in combinations(FAMILIES[family].values(), 2):
        # 0.02 is a just noticeable difference in OKLab; five of them are seen without looking twice.
        assert np.linalg.norm(lab(one.color, vision) - lab(other.color, vision)) >= 0.1


@pytest.mark.parametrize("family", FAMILIES)
def test_symbols_repeat_what_the_colour_says(family: str) -> None:
    symbols = [mark.symbol for mark in FAMILIES[family].values()]
    assert len(set(symbols)) == len(symbols)


def test_no_color_is_used_twice() -> None:
    colors = [mark.color for marks in FAMILIES.values() for mark in marks.values()]
    assert len(set(colors)) == len(colors)


def test_roles_have_names_an_order_and_golds_one_look() -> None:
    roles = ["gold-10", "unlearned", "gold-2", "initial", "original", "gold", "gold-2"]
    assert in_role_order(roles) == ["initial", "original", "unlearned", "gold", "gold-2", "gold-10"]
    assert [role_name(role) for role in ("gold-2", "gold", "unlearned")] == ["Gold 2", "Mean gold", "Unlearned"]
    assert role_mark("gold-2") == role_mark("gold") == ROLES["gold"]


def test_faded_colours_and_shortened_texts() -> None:
    assert faded("#ff8000", 0.5) == "rgba(255, 128, 0, 0.5)"
    assert [shortened(text, 4) for text in ("bear", "bears")] == ["bear", "bea…"]


def test_a_frame_leaves_the_page_its_colors() -> None:
    layout = frame(300).to_plotly_json()["layout"]
    assert layout["height"] == 300
    assert not {"paper_bgcolor", "plot_bgcolor", "font", "dragmode"} & layout.keys()


@pytest.mark.parametrize(("low", "high"), [(1.1, 1.1), (2, 9), (0.01, 30), (1e-6, 1e3)])
def test_a_log_axis_holds_its_values_and_a_labelled_tick(low: float, high: float) -> None:
    axis = log_axis(low, high)
    start, end = axis["range"]
    assert start < np.log10(low) <= np.log10(high) < end
    digits = {"D1": range(1, 10), "D2": (1, 2, 5), 1: (1,)}[axis["dtick"]]  # plotly's meaning of dtick
    ticks = [np.log10(digit) + decade for digit in digits for decade in range(-8, 8)]
    assert any(start <= tick <= end for tick in ticks)


def test_blank_says_why_there_is_nothing() -> None:
    shown = blank("There is no gold.", pd.DataFrame({"a": []}))
    assert shown.figure.layout.annotations[0].text == shown.alt == "There is no gold."
    assert shown.how_to_read == ""
