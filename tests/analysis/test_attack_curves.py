import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from core.analysis.attack_curves import MODEL_ATTACK, SHADOW, attack_population, calls, rocs, thresholds


def rows(attack: str, role: str, member: list[bool], score: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"role": role, "attack": attack, "index": range(len(score)), "member": member, "score": score})


@pytest.fixture
def images() -> pd.DataFrame:
    """An attack that tells images apart: 0 to 2 are forget images, 3 and 4 unseen."""
    member = [True, True, True, False, False]
    return pd.concat(
        [
            rows("RMIA", "unlearned", member, [0.3, -0.1, 0.1, 0.2, -0.4]),
            rows("RMIA", "gold-1", member, [0.1, 0.1, -0.2, 0.0, -0.4]),
            rows("RMIA", "gold-2", member, [0.1, -0.1, -0.2, 0.3, -0.4]),
        ]
    )


@pytest.fixture
def models() -> pd.DataFrame:
    """An attack that tells models apart: every row of a model has the same membership."""
    return pd.concat(
        [
            rows(MODEL_ATTACK, SHADOW, [True, False], [1.0, -1.0]),
            rows(MODEL_ATTACK, "unlearned", [True, True], [2.0, 3.0]),
            rows(MODEL_ATTACK, "gold-1", [False, False], [-1.0, 0.5]),
            rows(MODEL_ATTACK, "gold-2", [False, False], [-2.0, -3.0]),
        ]
    )


def test_an_attack_on_images_has_its_own_nonmembers(images: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(attack_population(images, "gold-1"), images[images["role"] == "gold-1"])


def test_an_attack_on_models_has_the_golds_as_nonmembers(models: pd.DataFrame) -> None:
    own = attack_population(models, "unlearned")
    assert own.loc[own["member"], "score"].tolist() == [2.0, 3.0]
    assert own.loc[~own["member"], "score"].tolist() == [-1.0, 0.5, -2.0, -3.0]
    gold = attack_population(models, "gold-1")
    assert gold.loc[gold["member"], "score"].tolist() == [-1.0, 0.5]
    assert gold.loc[~gold["member"], "score"].tolist() == [-2.0, -3.0]
    assert attack_population(models[models["role"] == "unlearned"], "unlearned")["member"].all()


def test_thresholds_by_hand(images: pd.DataFrame) -> None:
    """Forget images 0.3, -0.1, 0.1; others 0.2, -0.4; a score at the threshold is not above it."""
    found = thresholds(attack_population(images, "unlearned"), np.array([-1.0, 0.0, 0.2]))
    assert found["true_positive"].tolist() == pytest.approx([1, 2 / 3, 1 / 3])
    assert found["false_positive"].tolist() == pytest.approx([1, 1 / 2, 0])


def test_the_area_under_every_roc(images: pd.DataFrame) -> None:
    found = rocs(images)
    assert set(found["role"]) == {"unlearned", "gold-1", "gold-2"}
    for role, curve in found.groupby("role"):
        own = images[images["role"] == role]
        area = np.trapezoid(curve["true_positive"], curve["false_positive"])
        assert area == pytest.approx(roc_auc_score(own["member"], own["score"]))


def test_no_roc_without_nonmembers(models: pd.DataFrame) -> None:
    assert rocs(models[models["role"] == "unlearned"]).empty
    assert set(rocs(models)["role"]) == {SHADOW, "unlearned", "gold-1", "gold-2"}


def test_predictions_per_image_and_share_of_golds(images: pd.DataFrame) -> None:
    found = calls(images, np.array([0, 1, 2])).set_index("index")
    assert found.index.tolist() == [0, 2, 1]  # by score
    assert found["called"].to_dict() == {0: True, 1: False, 2: True}
    assert found["golds_called"].to_dict() == {0: 1.0, 1: 0.5, 2: 0.0}
    without = calls(images[images["role"] == "unlearned"], np.array([0, 1, 2]))
    assert without["golds_called"].isna().all()
