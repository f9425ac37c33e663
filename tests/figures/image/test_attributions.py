import numpy as np
import pytest

from core.figures import attributions, attributions_table


@pytest.fixture
def maps() -> dict[str, np.ndarray]:
    """Two logits, 2x3 pixels; the control is a hundred times fainter."""
    original = np.array([[[4.0, -4, 0], [1, 2, 3]], [[0.0, 0, 0], [0, 0, -2]]], np.float32)
    return {"gold-1": original / 2, "original": original, "initial": original / 100}


def test_the_table_has_every_pixel_of_every_map(maps: dict[str, np.ndarray]) -> None:
    table = attributions_table(maps, ("cat", "dog"))
    assert len(table) == 3 * 2 * 6
    found = table.set_index(["role", "logit", "row", "column"])["value"]
    assert found["original", "cat", 0, 1] == -4
    assert found["gold-1", "dog", 1, 2] == -1
    assert table["role"].unique().tolist() == ["initial", "original", "gold-1"]


def test_all_models_share_a_scale_and_the_control_names_its_factor(maps: dict[str, np.ndarray]) -> None:
    shown = attributions(maps, ("cat", "dog"), "smoothgrad")
    traces = shown.figure.data
    assert len(traces) == 3
    assert {trace.coloraxis for trace in traces} == {"coloraxis"}
    axis = shown.figure.layout.coloraxis
    assert axis.cmin == -axis.cmax
    assert axis.cmax == pytest.approx(4, rel=0.01)  # a percentile, not quite the largest
    original, _, control = traces
    written = float(shown.figure.layout.annotations[2].text.split("×")[1].rstrip(")"))
    assert control.z == pytest.approx(control.customdata * written, rel=0.01, nan_ok=True)
    assert np.array_equal(control.customdata[3:], maps["initial"][1])
    assert np.array_equal(original.z[:2], maps["original"][0])
    assert np.array_equal(original.z[3:], maps["original"][1])
    assert np.isnan(original.z[2]).all()
    assert original.text[:, 0].tolist() == ["cat", "cat", "cat", "dog", "dog"]
    assert "untrained network" in shown.how_to_read


def test_grad_cam_starts_at_zero(maps: dict[str, np.ndarray]) -> None:
    positive = {role: np.abs(values) for role, values in maps.items() if role != "initial"}
    shown = attributions(positive, ("cat", "dog"), "grad_cam")
    assert shown.figure.layout.coloraxis.cmin == 0
    assert "control" not in shown.how_to_read


def test_maps_that_are_all_zero_are_drawn() -> None:
    shown = attributions({"original": np.zeros((2, 2, 2))}, ("cat", "dog"), "smoothgrad")
    assert shown.figure.layout.coloraxis.cmax == 1


def test_without_maps_a_sentence_says_so() -> None:
    assert attributions({}, ("cat", "dog"), "grad_cam").alt == "There are no maps of this kind for these models."
