import pytest

from core.figures import selected_ids, selected_run


@pytest.mark.parametrize(
    ("points", "ids"),
    [
        ([], []),
        ([{"customdata": 7, "x": 1.0}], [7]),
        ([{"customdata": 7}, {"customdata": 3}, {"customdata": 7}], [7, 3]),
        ([{"customdata": [5, "cat"]}, {"customdata": [0]}], [5, 0]),
        ([{"x": 1.0}, {"customdata": None}, {"customdata": []}, {"customdata": 2}], [2]),
    ],
)
def test_selected_ids(points: list[dict], ids: list[int]) -> None:
    # The shape that Streamlit 1.67 documents for the selection state of st.plotly_chart.
    selection = {"points": points, "point_indices": list(range(len(points))), "box": [], "lasso": []}
    assert selected_ids(selection) == ids


def test_an_empty_selection_has_no_ids() -> None:
    assert selected_ids({}) == []


@pytest.mark.parametrize(
    ("points", "run"),
    [
        ([], None),
        ([{"customdata": "4377083214ce"}], "4377083214ce"),
        ([{"customdata": ["4377083214ce"]}, {"customdata": "aa"}], "4377083214ce"),
        ([{"customdata": ""}], None),  # doing nothing, which was not run
        ([{"x": 1.0}], None),
    ],
)
def test_selected_run(points: list[dict], run: str | None) -> None:
    assert selected_run({"points": points}) == run
