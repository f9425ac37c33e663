import pandas as pd
import pytest

from core.analysis.sequences import GAPS
from core.figures import (
    request_name,
    sequence_gap,
    sequence_gap_table,
    sequence_matrix,
    sequence_matrix_table,
    sequence_summary,
)
from core.figures.gold_comparison.method_rows import NO_GOLD
from core.figures.theme import LINES, ROLES

REQUESTS = ["class=1", "class=bear"]
NAN = float("nan")


@pytest.fixture
def steps() -> pd.DataFrame:
    """Two steps of one method, one of another."""
    rows = [
        ("MU-Mis", 1, "class=1", 0.02, 0.01, 0.8, 0.3, NAN, NAN, "a1"),
        ("MU-Mis", 2, "class=bear", 0.04, 0.03, 0.9, 0.4, 0.5, 0.1, "a2"),
        ("Fine-tune", 1, "class=1", 0.3, 0.01, 4.0, 0.3, NAN, NAN, "b1"),
    ]
    names = ["gap", "gap_floor", "kl", "kl_floor", "resilience", "resilience_floor"]
    return pd.DataFrame(rows, columns=["method", "step", "request", *names, "run"])


@pytest.fixture
def accuracies() -> pd.DataFrame:
    """Request 1 is forgotten at step 1 and half of it comes back at step 2; the golds hold 0 and 20 % of it."""
    rows = [
        (0, 1, {"original": 1.0}), (0, 2, {"original": 1.0}),
        (1, 1, {"unlearned": 0.0, "gold-1": 0.0, "gold-2": 0.2}), (1, 2, {"unlearned": 0.9, "gold-1": 1, "gold-2": 1}),
        (2, 1, {"unlearned": 0.5, "gold-1": 0.0, "gold-2": 0.2}), (2, 2, {"unlearned": 0.0, "gold-1": 0, "gold-2": 0}),
    ]  # fmt: skip
    return pd.DataFrame(
        [(step, request, role, float(value)) for step, request, found in rows for role, value in found.items()],
        columns=["step", "request", "role", "accuracy"],
    )


def without_gold(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["role"].str.startswith("gold")]


def test_a_line_per_method_over_the_golds_floor(steps: pd.DataFrame) -> None:
    shown = sequence_gap(steps, "gap")
    floor, *lines = shown.figure.data
    assert list(floor.x) == [1, 2]
    assert list(floor.y) == [0.01, 0.03]
    assert floor.marker.color == ROLES["gold"].color
    assert [(line.name, list(line.x), list(line.y)) for line in lines] == [
        ("MU-Mis", [1, 2], [0.02, 0.04]), ("Fine-tune", [1], [0.3]),
    ]  # fmt: skip
    assert [line.line.color for line in lines] == [mark.color for mark in LINES[:2]]
    assert list(shown.figure.layout.xaxis.ticktext) == ["1<br>class 1", "2<br>bear"]
    pd.testing.assert_frame_equal(shown.table, sequence_gap_table(steps, "gap"))
    assert shown.alt == "Average gap after request 2: MU-Mis 4.0%."


def test_a_method_keeps_its_look_where_it_has_no_number(steps: pd.DataFrame) -> None:
    shown = sequence_gap(steps[::-1], "resilience")  # Fine-tune comes first now, and has no second step
    line = next(trace for trace in shown.figure.data if trace.name == "MU-Mis")
    assert line.line.color == LINES[1].color


def test_kl_is_no_percentage(steps: pd.DataFrame) -> None:
    shown = sequence_gap(steps, "kl")
    assert shown.fractions == ()
    assert shown.figure.layout.yaxis.tickformat is None


def test_without_numbers_a_sentence_says_why(steps: pd.DataFrame) -> None:
    first = steps[steps["step"] == 1]
    assert sequence_gap(first, "resilience").alt == "This gap is defined from the second request on."
    assert sequence_gap(steps.assign(gap=NAN, resilience=NAN), "resilience").alt == NO_GOLD
    assert sequence_gap(steps.assign(gap_floor=NAN), "gap").figure.data[0].name == "MU-Mis"  # one gold: no floor


def test_the_matrix_table_by_hand(accuracies: pd.DataFrame) -> None:
    table = sequence_matrix_table(accuracies, REQUESTS).set_index(["step", "request"])
    assert table["asked"].to_dict() == {
        (0, "class=1"): False, (0, "class=bear"): False, (1, "class=1"): True, (1, "class=bear"): False,
        (2, "class=1"): True, (2, "class=bear"): True,
    }  # fmt: skip
    assert table.loc[(0, "class=1"), "unlearned"] == 1  # the original
    assert pd.isna(table.loc[(0, "class=1"), "gold"])
    assert table.loc[(2, "class=1"), ["unlearned", "gold", "difference", "spread"]].tolist() == pytest.approx(
        [0.5, 0.1, 0.4, 0.2]
    )


def test_a_cell_per_step_and_request(accuracies: pd.DataFrame) -> None:
    shown = sequence_matrix(accuracies, REQUESTS, "unlearned")
    texts = {
        (x, y): text
        for trace in shown.figure.data
        if trace.type == "scatter"
        for x, y, text in zip(trace.x, trace.y, trace.text, strict=True)
    }
    assert texts == {
        (0, 0): "100%", (0, 1): "100%", (1, 0): "0%", (1, 1): "<b>90%</b>", (2, 0): "<b>50%</b>", (2, 1): "0%",
    }  # bold: further from gold than golds from each other  # fmt: skip
    assert list(shown.figure.layout.yaxis.ticktext) == ["class 1", "bear"]
    (stair,) = shown.figure.layout.shapes
    assert stair.path == "M 0.5,-0.5 L 0.5,0.5 L 1.5,0.5 L 1.5,1.5"


def test_the_golds_matrix_has_no_step_before_the_first(accuracies: pd.DataFrame) -> None:
    shown = sequence_matrix(accuracies, REQUESTS, "gold")
    heat = shown.figure.data[0]
    assert dict(zip(zip(heat.x, heat.y, strict=True), heat.z, strict=True)) == pytest.approx(
        {(1, 0): 0.1, (1, 1): 1.0, (2, 0): 0.1, (2, 1): 0.0}
    )
    assert sequence_matrix(without_gold(accuracies), REQUESTS, "gold").alt == NO_GOLD


def test_one_gold_has_no_spread(accuracies: pd.DataFrame) -> None:
    alone = accuracies[accuracies["role"] != "gold-2"]
    table = sequence_matrix_table(alone, REQUESTS)
    assert table["spread"].isna().all()
    texts = [text for trace in sequence_matrix(alone, REQUESTS, "unlearned").figure.data[1:] for text in trace.text]
    assert not [text for text in texts if "<b>" in text]


def test_the_summary_names_the_largest_relapse(steps: pd.DataFrame, accuracies: pd.DataFrame) -> None:
    own = steps[steps["method"] == "MU-Mis"]
    assert sequence_summary(own, accuracies) == (
        "Average gap: **4.00 points** from gold; golds differ by 3.00. Earlier requests: **50.00 points** from gold; "
        "golds differ by 10.00. Largest relapse: class 1, 0% right after its step → 50% now (gold 10%)."
    )
    kept = accuracies.assign(accuracy=accuracies["accuracy"].mask(accuracies["role"] == "unlearned", 0.0))
    assert sequence_summary(own, kept).endswith(
        "No relapse: no earlier request has a higher accuracy than right after its own step."
    )
    bare = own.assign(gap=NAN, resilience=NAN)
    assert sequence_summary(bare, without_gold(accuracies)).startswith("There is no gold model to compare with.")
    assert sequence_summary(own[:1], accuracies[accuracies["step"] < 2]) == (
        "Average gap: **2.00 points** from gold; golds differ by 1.00."
    )


def test_every_figure_says_how_to_read_it_and_names_fractions_that_exist(
    steps: pd.DataFrame, accuracies: pd.DataFrame
) -> None:
    shown = [sequence_gap(steps, metric) for metric in GAPS]
    shown += [sequence_matrix(accuracies, REQUESTS, role) for role in ("unlearned", "gold")]
    for one in shown:
        assert one.how_to_read.endswith(".")
        assert one.alt.endswith(".")
        assert "nan" not in one.alt
        assert set(one.fractions) <= set(one.table.columns)


def test_with_one_gold_the_noise_floor_is_not_explained(steps: pd.DataFrame, accuracies: pd.DataFrame) -> None:
    one = accuracies[accuracies["role"] != "gold-2"]
    figures = [
        (sequence_gap(steps, "gap"), sequence_gap(steps.assign(gap_floor=NAN), "gap"), "Golden bars"),
        (sequence_matrix(accuracies, REQUESTS, "unlearned"), sequence_matrix(one, REQUESTS, "unlearned"), "Bold"),
    ]
    for several, single, word in figures:
        assert word in several.how_to_read
        assert word not in single.how_to_read


@pytest.mark.parametrize(
    ("text", "name"),
    [("class=bear", "bear"), ("subclass=rocket", "rocket"), ("class=3", "class 3"), ("subclass=3", "subclass 3"),
     ("random=10%", "random 10%"), ("class=bear+index=5", "class bear+inde…"), ("class=aquarium_fish", "aquarium_fish"),
     ("class=cat,dog:30%", "cat,dog:30%")],
)  # fmt: skip
def test_short_names_of_requests(text: str, name: str) -> None:
    assert request_name(text) == name
