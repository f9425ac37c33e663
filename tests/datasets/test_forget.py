import hashlib
import struct

import numpy as np
import pytest

from core.datasets import Dataset, ids_hash, load_dataset, resolve, resolve_chain
from core.datasets.forget import all_ids
from core.errors import InvalidSpec
from core.specs import DataSpec, ForgetRequest, gold_model, make_spec

DIGITS, FAMILIES = load_dataset("digits"), load_dataset("digits-families")
THREES = DIGITS.train.index[DIGITS.train.labels == 3]

REQUESTS = [
    (DIGITS, "class=3"),
    (DIGITS, "class=0,eight"),
    (DIGITS, "class=all:30%"),
    (DIGITS, "class=3:30%"),
    (DIGITS, "class=3:7"),
    (DIGITS, "random=10%"),
    (DIGITS, "random=100"),
    (DIGITS, "index=" + ",".join(map(str, THREES[:5]))),
    (DIGITS, f"class=4:30%+index={THREES[0]}+random=5"),
    (FAMILIES, "class=lines"),
    (FAMILIES, "subclass=7"),
    (FAMILIES, "subclass=1,four,7"),
    (FAMILIES, "subclass=all:2.5%"),
    (FAMILIES, "subclass=2+class=loops:30%"),
]


def forget(dataset: Dataset, *texts: str, draw: int = 0):
    return resolve(dataset, *(ForgetRequest(text=text, draw=draw) for text in texts))


@pytest.mark.parametrize(("dataset", "text"), REQUESTS)
def test_forget_and_retain_are_disjoint_and_complete(dataset: Dataset, text: str):
    found = forget(dataset, text)
    removed, kept = found.split(dataset.train)
    assert len(found) == len(removed) == len(found.ids)
    np.testing.assert_array_equal(np.sort(removed.index), found.ids)
    assert np.intersect1d(removed.index, kept.index).size == 0
    np.testing.assert_array_equal(np.union1d(removed.index, kept.index), np.sort(dataset.train.index))
    assert len(removed) + len(kept) == len(dataset.train)


@pytest.mark.parametrize(("dataset", "text"), REQUESTS)
def test_whole_classes_have_no_remaining_image(dataset: Dataset, text: str):
    found = forget(dataset, text)
    removed, kept = found.split(dataset.train)
    assert set(found.whole_classes) == set(removed.labels.tolist()) - set(kept.labels.tolist())
    if dataset.subclasses:
        assert set(found.whole_subclasses) == set(removed.subclass.tolist()) - set(kept.subclass.tolist())
    else:
        assert found.whole_subclasses == ()


def test_subclasses_can_empty_a_class():
    found = forget(FAMILIES, "subclass=1,4,7")
    assert (found.whole_classes, found.whole_subclasses) == ((1,), (1, 4, 7))
    assert found.sha256 == forget(FAMILIES, "class=lines").sha256
    assert forget(FAMILIES, "subclass=1,4").whole_classes == ()


def test_the_same_images_have_the_same_hash_and_share_their_golds():
    by_id = ",".join(map(str, THREES[::-1]))
    found = [forget(DIGITS, text) for text in ("class=3", "class=three", f"index={by_id}", "class=3:100%+class=3:30%")]
    assert len({each.sha256 for each in found}) == 1
    assert len({gold_model(make_spec("digits").model, 1, each.sha256).key for each in found}) == 1
    assert forget(DIGITS, "class=4").sha256 != found[0].sha256


def test_the_hash_is_that_of_the_sorted_ids():
    by_hand = hashlib.sha256(b"".join(struct.pack("<q", i) for i in (2, 5, 300))).hexdigest()
    assert ids_hash(np.array([300, 2, 5])) == by_hand


@pytest.mark.parametrize(
    ("dataset", "text", "by", "share"),
    [(DIGITS, "class=all:30%", "labels", 0.3), (FAMILIES, "subclass=all:2.5%", "subclass", 0.025)],
)
def test_a_share_is_taken_of_each_class(dataset: Dataset, text: str, by: str, share: float):
    train = dataset.train
    removed, _ = forget(dataset, text).split(train)
    total = np.bincount(getattr(train, by))
    # 0.3 n and 0.025 n of 87 to 92 images: none is a half, so that rounding to the nearest is no matter of rules
    np.testing.assert_array_equal(np.bincount(getattr(removed, by)), np.rint(total * share))


def test_a_random_share_is_taken_of_all_training_images():
    assert len(forget(DIGITS, "random=10%")) == 90
    assert len(forget(DIGITS, "random=100")) == 100


def test_the_draw_chooses_which_images_a_share_picks():
    first, again, other = (forget(DIGITS, "class=3:30%", draw=draw).sha256 for draw in (0, 0, 1))
    assert first == again
    assert first != other
    assert forget(DIGITS, "class=3", draw=1).sha256 == forget(DIGITS, "class=3", draw=0).sha256


def test_what_a_share_picks_does_not_depend_on_the_other_parts():
    alone = forget(DIGITS, "class=3:30%").ids
    for text in ("class=5,3:30%", "class=3,5:30%", "class=all:30%", "random=2+class=3:30%"):
        assert set(alone) <= set(forget(DIGITS, text).ids)
    assert forget(DIGITS, "class=5:9+class=3:9").sha256 == forget(DIGITS, "class=3:9+class=5:9").sha256
    assert forget(DIGITS, "random=9+random=9").sha256 == forget(DIGITS, "random=9").sha256


def test_every_class_has_its_own_draw():
    train = DIGITS.train
    picked = forget(DIGITS, "class=3,4,5:30%").ids
    members = [train.index[train.labels == c] for c in (3, 4, 5)]
    assert {len(ids) for ids in members} == {91}
    first, second, third = (np.isin(ids, picked) for ids in members)
    assert (first != second).any()
    assert (second != third).any()


@pytest.mark.parametrize("kind", ["class=3", "random"])
def test_a_larger_share_contains_the_smaller_one(kind: str):
    sign = ":" if kind == "class=3" else "="
    small, large = (set(forget(DIGITS, f"{kind}{sign}{share}").ids) for share in ("10%", "30%"))
    assert small < large


def test_every_image_is_picked_equally_often():
    from scipy.stats import chi2

    draws, share = 400, 30
    picked = np.concatenate([forget(DIGITS, f"class=3:{share}", draw=draw).ids for draw in range(draws)])
    counts = np.array([(picked == i).sum() for i in THREES])
    p = share / len(THREES)
    statistic = ((counts - draws * p) ** 2 / (draws * p * (1 - p))).sum() * (len(THREES) - 1) / len(THREES)
    assert chi2.ppf(0.001, len(THREES) - 1) < statistic < chi2.ppf(0.999, len(THREES) - 1)


def test_several_requests_are_one_union():
    assert forget(DIGITS, "class=3", "class=4:30%").sha256 == forget(DIGITS, "class=3+class=4:30%").sha256


@pytest.mark.parametrize(
    ("dataset", "text", "message"),
    [
        (DIGITS, "class=all", "class=all selects every training image; leave some to retain"),
        (DIGITS, "random=100%", "selects every training image"),
        (DIGITS, "class=3:1000", f"1000 images are requested, but class three has {len(THREES)} training images"),
        (FAMILIES, "subclass=3:1000", f"1000 images are requested, but subclass three has {len(THREES)} "),
        (DIGITS, "random=901", "901 images are requested, but the training set has 900"),
        (
            DIGITS,
            f"index={DIGITS.test.index[0]}",
            "image 1350 is not among the training images, which are for example 0, 1, 2",
        ),
        (
            DIGITS,
            f"index={DIGITS.pool.index[0]}",
            "image 900 is in the pool, .*; with model.data.pool=false the pool is part of",
        ),
        (DIGITS, "index=1,2,900,901,1350", "2 images, such as 900, are in the pool, on which no model is trained"),
        (DIGITS, "index=1,2,1350,1351", "2 images, such as 1350, are not among the training images"),
        (DIGITS, "index=999999999999", "image 999999999999 is not among the training images"),
    ],
)
def test_forget_sets_that_make_no_sense_are_refused(dataset: Dataset, text: str, message: str):
    with pytest.raises(InvalidSpec, match=message) as caught:
        forget(dataset, text)
    assert len(str(caught.value)) < 250


def test_a_class_without_training_images_means_nothing():
    train = DIGITS.train.with_ids(THREES, keep=False)
    without = Dataset(DIGITS.info, train, DIGITS.pool, DIGITS.test)
    with pytest.raises(InvalidSpec, match="class=3 selects no training image"):
        forget(without, "class=3")
    with pytest.raises(InvalidSpec, match="1 images are requested, but class three has 0 training images"):
        forget(without, "class=3:30%")


def test_ids_beyond_a_smaller_training_set_are_no_training_images():
    with pytest.raises(InvalidSpec, match="image 500 is not among the training images"):
        forget(load_dataset(DataSpec(name="digits", size=100)), "index=500")


@pytest.mark.parametrize(
    ("text", "named"),
    [("subclass=3", True), ("class=loops+subclass=3:1", True), ("class=loops", False), ("random=5", False)],
)
def test_a_forget_set_knows_whether_its_request_names_a_subclass(text: str, named: bool):
    data = load_dataset("digits-families")
    assert resolve(data, ForgetRequest(text=text)).by_subclass is named


@pytest.mark.parametrize(
    ("text", "only"), [("class=3", True), ("class=3,4", True), ("class=3:50%", False), ("class=3+index=0", False)]
)
def test_whole_classes_only_if_nothing_else_is_forgotten(text: str, only: bool):
    if text.endswith("index=0"):
        assert DIGITS.train.labels_of(np.array([0])) != [3]
    assert forget(DIGITS, text).whole_classes_only is only


def test_a_chain_removes_each_image_once():
    half, rest = resolve_chain(DIGITS, [ForgetRequest(text="class=3:50%"), ForgetRequest(text="class=3,4")])
    assert not set(half.ids) & set(rest.ids)
    assert (half.whole_classes, rest.whole_classes) == ((), (3, 4))
    assert (half.whole_classes_only, rest.whole_classes_only) == (False, True)
    np.testing.assert_array_equal(np.sort(all_ids([half, rest])), forget(DIGITS, "class=3,4").ids)
    with pytest.raises(InvalidSpec, match="class=3 is already forgotten"):
        resolve_chain(DIGITS, [ForgetRequest(text="class=3"), ForgetRequest(text="class=3")])
