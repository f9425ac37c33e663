import pandas as pd
import pytest

from core.figures import flow, flow_table
from core.figures.gold_comparison.transitions import MAX_FLOWS


def test_transitions_have_class_names(samples: pd.DataFrame, classes: tuple[str, ...]) -> None:
    table = flow_table(samples, classes).set_index(["before", "after"])
    # Of four cats unlearned sends two to the dogs; gold-1 all to the dogs, gold-2 all to the owls.
    assert table["unlearned"].to_dict() == {("cat", "cat"): 0.5, ("cat", "dog"): 0.5, ("cat", "owl"): 0.0}
    assert table["gold"].to_dict() == {("cat", "cat"): 0.0, ("cat", "dog"): 0.5, ("cat", "owl"): 0.5}
    assert table.loc[("cat", "dog"), ["gold_low", "gold_high"]].tolist() == [0.0, 1.0]


def test_unlearned_to_the_left_and_gold_to_the_right(samples: pd.DataFrame, classes: tuple[str, ...]) -> None:
    shown = flow(samples, classes)
    unlearned, gold = shown.figure.data
    assert set(unlearned.y) == {"cat → cat", "cat → dog", "cat → owl"}
    assert min(unlearned.x) == -0.5
    assert max(gold.x) == 0.5
    assert "50% of the images would need another prediction" in shown.alt


def test_without_gold_one_side(samples: pd.DataFrame, classes: tuple[str, ...]) -> None:
    shown = flow(samples[~samples["role"].str.startswith("gold")], classes)
    assert [trace.name for trace in shown.figure.data] == ["Unlearned"]
    assert "another prediction" not in shown.how_to_read + shown.alt


def test_rare_transitions_are_summed_up_in_the_figure_only() -> None:
    count = MAX_FLOWS + 4  # one transition per image
    part = pd.DataFrame({"split": "forget", "index": range(count), "prediction": range(count)})
    many = pd.concat([part.assign(role=role) for role in ("original", "unlearned", "gold-1")])
    shown = flow(many, [f"class {c}" for c in range(count)])
    unlearned = shown.figure.data[0]
    assert len(shown.table) == count
    assert len(unlearned.x) == MAX_FLOWS
    assert unlearned.y[-1] == "5 rarer changes"
    assert -sum(unlearned.x) == pytest.approx(1)


def test_a_row_that_would_dwarf_all_others_is_a_sentence() -> None:
    count = 20 * MAX_FLOWS  # one transition per image, as with many classes
    part = pd.DataFrame({"split": "forget", "index": range(count), "prediction": range(count)})
    many = pd.concat([part.assign(role=role) for role in ("original", "unlearned", "gold-1")])
    shown = flow(many, [f"class {c}" for c in range(count)])
    assert len(shown.table) == count
    assert [len(trace.y) for trace in shown.figure.data] == [MAX_FLOWS - 1] * 2
    assert "The 305 rarer changes are only in the table: 95% of the images in Unlearned" in shown.how_to_read
    assert "0.1%" in shown.figure.layout.xaxis.ticktext  # an axis as short has ticks, too
    assert set(shown.figure.data[0].text) == {"0.3%"}
