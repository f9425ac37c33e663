import pandas as pd
import pytest

from core.analysis.attack_curves import MODEL_ATTACK, SHADOW, thresholds
from core.figures import attack_scores, attack_scores_table
from core.figures.privacy.attack_scores import BINS, kinds
from core.figures.theme import ROLES, SPLITS


@pytest.fixture
def told() -> pd.DataFrame:
    """Members score 1 to 100, others -100 to -1 and two as high as the members."""
    score = [*range(1, 101), *range(-100, 0), 50, 60]
    member = [True] * 100 + [False] * 102
    return pd.DataFrame({"role": "unlearned", "attack": "RMIA", "index": range(202), "member": member, "score": score})


def test_the_slider_starts_at_the_attacks_own_threshold(told: pd.DataFrame) -> None:
    shown = attack_scores(told)
    (slider,) = shown.figure.layout.sliders
    own = shown.table.iloc[slider.active]
    assert own[["threshold", "true_positive", "false_positive"]].tolist() == pytest.approx([0, 1, 2 / 102])
    assert shown.alt == "At the attack's own threshold: true positives 100%, false positives 2%."
    assert slider.steps[slider.active].label == "above 0: 100% true, 2% false positives"


def test_every_step_moves_the_line_to_its_threshold(told: pd.DataFrame) -> None:
    shown = attack_scores(told)
    (slider,) = shown.figure.layout.sliders
    assert [step.args[0] for step in slider.steps] == [(frame.name,) for frame in shown.figure.frames]
    assert all(step.args[1]["frame"]["redraw"] for step in slider.steps)  # else the bars go
    for row, frame in zip(shown.table.itertuples(), shown.figure.frames, strict=True):
        assert frame.traces == (0,)
        assert set(frame.data[0].x) == {row.threshold}
    pd.testing.assert_frame_equal(shown.table, attack_scores_table(told))
    pd.testing.assert_frame_equal(shown.table, thresholds(told, shown.table["threshold"].to_numpy()))


def test_bars_include_all_scores_and_point_up_or_down(told: pd.DataFrame) -> None:
    bars = {trace.name: trace for trace in attack_scores(told).figure.data if trace.type == "bar"}
    members, others = bars["Forget images (members)"], bars["Unseen test images"]
    assert len(members.x) == BINS
    assert sum(members.y) == pytest.approx(1)  # those beyond the axis are in the outermost bars
    assert sum(others.y) == pytest.approx(-1)


@pytest.mark.parametrize(
    ("attack", "role", "looks"),
    [
        ("RMIA", "gold-1", (SPLITS["forget"], SPLITS["test"])),
        (MODEL_ATTACK, SHADOW, (ROLES["unlearned"], ROLES["gold"])),
        (MODEL_ATTACK, "original", (ROLES["original"], ROLES["gold"])),
        (MODEL_ATTACK, "gold-1", (ROLES["gold"], SPLITS["pool"])),
    ],
)
def test_members_and_nonmembers_have_different_marks(attack: str, role: str, looks: tuple, told: pd.DataFrame) -> None:
    (one, its_look), (other, other_look) = kinds(told.assign(attack=attack, role=role))
    assert (its_look, other_look) == looks
    assert one != other


def test_equal_scores_have_an_axis(told: pd.DataFrame) -> None:
    shown = attack_scores(told.assign(score=0.0))
    low, high = shown.figure.layout.xaxis.range
    assert low < 0 < high


def test_without_nonmembers_a_sentence_says_so(told: pd.DataFrame) -> None:
    assert "the run has none" in attack_scores(told[told["member"]]).alt
