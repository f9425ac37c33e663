import numpy as np
import pandas as pd
import pytest

from core.analysis.slices import Images
from core.figures import Shown, feature_maps, feature_maps_table
from core.figures.images.feature_maps import KINDS, OUTSIDE

ABOUT = {"explained": [0.5, 0.25], "fit": {"original": 1.0, "unlearned": 0.9, "gold-1": 0.8}}
# 0 to 3 are forget images, cats; 7 is a cat of the test set, 4 the nearest retained image.
WANTED = ["Forget set"] * 4 + ["Nearest retained", "Others", "Others", "Its class", "Others", "Others"]


def draw(places: pd.DataFrame, images: Images, classes: tuple[str, ...], role: str = "unlearned", **words) -> Shown:
    held = words.pop("held", np.ones(10, dtype=bool))
    return feature_maps(places, images, role, held, ABOUT, classes, **words)


def test_every_image_has_its_kind_in_both_panels(places: pd.DataFrame, images: Images, classes) -> None:
    table = feature_maps_table(places, images, "unlearned", classes)
    for role, start in (("original", 0), ("unlearned", 10)):
        rows = table[table["role"] == role]
        assert rows["kind"].tolist() == WANTED
        assert rows["x"].tolist() == list(range(start, start + 10))
    assert table["label"].tolist()[:4] == ["cat"] * 4
    assert table.query("role == 'original'")["prediction"].tolist()[:4] == ["cat"] * 4
    assert table.query("role == 'unlearned'")["prediction"].tolist()[:4] == ["dog", "dog", "cat", "cat"]


def test_points_carry_ids_and_panels_are_linked(places: pd.DataFrame, images: Images, classes) -> None:
    figure = draw(places, images, classes).figure
    for panel in ("x1", "x2"):
        ids = np.concatenate([trace.customdata for trace in figure.data if trace.xaxis in (panel, panel.rstrip("1"))])
        assert sorted(ids) == list(range(10))
    assert figure.layout.xaxis2.matches == "x"
    assert figure.layout.yaxis2.matches == "y"
    assert {trace.type for trace in figure.data} == {"scattergl"}
    legend = [trace.name for trace in figure.data if trace.showlegend]
    assert sorted(legend) == sorted(KINDS)  # once for both panels
    assert [title.text for title in figure.layout.annotations] == ["Original", "Unlearned"]


def test_images_outside_the_slice_are_faint_and_selectable(places: pd.DataFrame, images: Images, classes) -> None:
    held = np.arange(10) < 3
    figure = draw(places, images, classes, held=held).figure
    parts = {trace.name: sorted(trace.customdata) for trace in figure.data if trace.showlegend}
    assert parts == {OUTSIDE: list(range(3, 10)), "Forget set": [0, 1, 2]}


def test_the_selected_image_has_a_ring_in_both_panels(places: pd.DataFrame, images: Images, classes) -> None:
    rings = [trace for trace in draw(places, images, classes, selected=7).figure.data if trace.type == "scatter"]
    assert [float(ring.x[0]) for ring in rings] == [7, 17]
    assert all(ring.customdata is None for ring in rings)


@pytest.mark.parametrize(("role", "says"), [("unlearned", "90%"), ("gold-1", "80%")])
def test_the_text_explains_the_alignment(role: str, says: str, places: pd.DataFrame, images: Images, classes) -> None:
    text = draw(places, images, classes, role).how_to_read
    assert f"explain {says} of the original's variance there." in text
    assert "75% of their variance" in text


def test_without_untouched_classes_no_image_is_marked_as_of_the_forgotten_class(
    places: pd.DataFrame, images: Images, classes
) -> None:
    images.about["label"] = 0
    kinds = feature_maps_table(places, images, "unlearned", classes)["kind"]
    assert set(kinds) == {"Forget set", "Nearest retained", "Others"}
