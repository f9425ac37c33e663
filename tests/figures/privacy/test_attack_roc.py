import pandas as pd
import pytest

from core.analysis.attack_curves import SHADOW
from core.figures import attack_roc, attack_role_name, attack_roles


@pytest.fixture
def rocs() -> pd.DataFrame:
    """Three models; the least rate but 0 is a tenth."""
    curves = {"gold-1": [0.0, 0.1, 1.0], "gold-2": [0.0, 0.2, 1.0], "unlearned": [0.4, 0.8, 1.0]}
    frames = [
        pd.DataFrame({"role": role, "threshold": [9, 5, 1], "false_positive": [0.0, 0.1, 1.0], "true_positive": true})
        for role, true in curves.items()
    ]
    return pd.concat(frames, ignore_index=True)


def test_log_axes_with_zero_at_half_the_least_rate(rocs: pd.DataFrame) -> None:
    figure = attack_roc(rocs).figure
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    lines = {line.hovertemplate.split(":")[0]: line for line in figure.data if line.hovertemplate}
    assert list(lines["Unlearned"].x) == pytest.approx([0.05, 0.1, 1])
    assert list(lines["Unlearned"].y) == pytest.approx([0.4, 0.8, 1])
    assert list(lines["Gold 1"].y) == pytest.approx([0.05, 0.1, 1])


def test_golds_are_one_entry_of_the_legend_and_lie_behind(rocs: pd.DataFrame) -> None:
    lines = attack_roc(rocs).figure.data
    assert [line.name for line in lines if line.showlegend is not False] == ["guessing", "Golds", "Unlearned"]
    assert lines[-1].name == "Unlearned"


def test_the_text_has_the_rates_at_few_false_positives(rocs: pd.DataFrame) -> None:
    assert attack_roc(rocs).alt == (
        "True positives at a false positive rate of at most 10.0%: Gold 1 10%, Gold 2 20%, Unlearned 80%."
    )


def test_roles_in_order() -> None:
    roles = pd.Series(["gold-2", "original", "unlearned", "gold-1", SHADOW, "unlearned"])
    assert attack_roles(roles) == [SHADOW, "unlearned", "original", "gold-1", "gold-2"]
    assert [attack_role_name(role) for role in (SHADOW, "gold-2")] == ["Shadow models", "Gold 2"]


def test_without_nonmembers_a_sentence_says_so() -> None:
    assert "only one kind" in attack_roc(pd.DataFrame(columns=["role"])).alt
