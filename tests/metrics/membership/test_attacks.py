import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import entropy, mannwhitneyu
from sklearn.metrics import log_loss

from core.datasets import load_dataset
from core.metrics.membership.attacks import (
    ATTACKS,
    Signals,
    attack_numbers,
    attack_sets,
    loss_threshold,
    population_attacks,
    touched,
)

DIGITS = load_dataset("digits")
TRAIN, TEST = DIGITS.train, DIGITS.test


def ids(split, mask):
    return split.index[mask]


def draw(rng: np.random.Generator, count: int, leak: float = 0.0) -> Signals:
    """Outputs of three classes whose label's logit is larger by ``leak``."""
    logits, labels = rng.normal(size=(count, 3)), rng.integers(3, size=count)
    logits[np.arange(count), labels] += 1 + leak
    return Signals.from_logits(logits, labels)


def test_signals_against_scikit_learn_and_scipy():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(scale=4, size=(30, 5)), rng.integers(5, size=30)
    found, p = Signals.from_logits(logits, labels), softmax(logits, axis=1)
    each = [log_loss([y], [row], labels=range(5)) for y, row in zip(labels, p, strict=True)]
    np.testing.assert_allclose(found.loss, each)
    np.testing.assert_allclose(found.entropy, entropy(p, axis=1))
    np.testing.assert_allclose(found.confidence, p[np.arange(30), labels])
    sure = Signals.from_logits(np.array([[3000.0, 0.0]]), np.array([1]))
    assert (sure.loss[0], sure.confidence[0], sure.entropy[0]) == (3000.0, 0.0, 0.0)


@pytest.mark.parametrize("attack", ATTACKS)
def test_exchangeable_images_have_an_auc_of_one_half(attack: str):
    rng = np.random.default_rng(1)
    known, attacked = draw(rng, 800), draw(rng, 2000)
    score = population_attacks(known, np.arange(800) % 2 == 0, attacked)[attack]
    # standard error of an AUC of 1,000 against 1,000: 0.013
    assert attack_numbers(np.arange(2000) % 2 == 0, score)["auc"] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_planted_leak_is_found_with_the_right_sign(attack: str):
    rng = np.random.default_rng(2)
    parts = [draw(rng, 400, leak) for leak in (12.0, 0.0, 12.0, 0.0)]
    known, attacked = (
        Signals(*(np.concatenate([vars(one)[name], vars(other)[name]]) for name in ("loss", "confidence", "entropy")))
        for one, other in (parts[:2], parts[2:])
    )  # fmt: skip
    member = np.arange(800) < 400
    found = attack_numbers(member, population_attacks(known, member, attacked)[attack])
    assert found["auc"] > 0.95
    assert found["balanced_accuracy"] > 0.9
    assert found["called_member"] > 0.9 > 0.2 > found["called_member_unseen"]


def test_the_threshold_by_hand():
    known = Signals(loss=np.array([0.1, 0.2, 0.9, 0.15, 1.0, 2.0]), confidence=np.zeros(6), entropy=np.zeros(6))
    member = np.array([True, True, True, False, False, False])
    # At 0.9: 3 of 3 members and 1 of 3 others, better than 2 and 1 at 0.2, and than 1 and 0 at 0.1.
    attacked = Signals(loss=np.array([0.9, 0.91, 0.0]), confidence=np.zeros(3), entropy=np.zeros(3))
    assert (loss_threshold(known, member, attacked) > 0).tolist() == [True, False, True]


def test_the_numbers_against_scipy_and_by_hand():
    rng = np.random.default_rng(3)
    member, score = np.arange(300) < 120, rng.normal(size=300)
    score[:120] += 1
    found = attack_numbers(member, score)
    auc = mannwhitneyu(score[member], score[~member]).statistic / (120 * 180)
    assert found["auc"] == pytest.approx(auc)
    hit, false = (score[:120] > 0).mean(), (score[120:] > 0).mean()
    assert (found["called_member"], found["called_member_unseen"]) == pytest.approx((hit, false))
    assert found["balanced_accuracy"] == pytest.approx((hit + 1 - false) / 2)
    second = np.sort(score[120:])[-2]  # one of 180 is less than 1 %, two are more
    assert found["tpr_at_1"] == pytest.approx((score[:120] > second).mean())
    assert attack_numbers(np.arange(150) < 51, score[:150])["tpr_at_1"] is None  # one of 99 is more


def test_the_attacker_of_a_class_knows_other_classes_only():
    forget = ids(TRAIN, TRAIN.labels == 3)
    found = attack_sets(DIGITS, forget, forget, False, 10_000)
    np.testing.assert_array_equal(found.forget, forget)
    np.testing.assert_array_equal(found.unseen, ids(TEST, TEST.labels == 3))
    np.testing.assert_array_equal(found.nonmembers, ids(TEST, TEST.labels != 3))
    assert len(found.members) == len(found.nonmembers)
    assert np.isin(found.members, ids(TRAIN, TRAIN.labels != 3)).all()
    assert found.attacked_member.sum() == len(forget)
    np.testing.assert_array_equal(found.attacked[found.attacked_member], forget)


def test_the_attacker_of_all_classes_knows_half_of_the_test_set():
    forget = TRAIN.index[:100]
    found = attack_sets(DIGITS, forget, TRAIN.index[:150], False, 10_000)
    assert (len(found.unseen), len(found.nonmembers)) == (223, 224)
    np.testing.assert_array_equal(np.sort(np.concatenate([found.unseen, found.nonmembers])), np.sort(TEST.index))
    assert not np.isin(found.members, TRAIN.index[:150]).any()


def test_groups_are_limited():
    found = attack_sets(DIGITS, TRAIN.index[:100], TRAIN.index[:100], False, 30)
    assert [len(group) for group in (found.members, found.nonmembers, found.forget, found.unseen)] == [30] * 4


def test_touched_by_class_and_by_subclass():
    data = load_dataset("digits-families")
    zeros = data.train.take(data.train.subclass == 0)  # a loop, as 6, 8 and 9 are
    np.testing.assert_array_equal(touched(data.test, zeros, True), data.test.subclass == 0)
    np.testing.assert_array_equal(touched(data.test, zeros, False), np.isin(data.test.subclass, (0, 6, 8, 9)))
