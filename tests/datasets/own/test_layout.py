"""Layouts of well-known data sets, as names only."""

import re
from collections.abc import Iterable

import pytest

from core.datasets.own.layout import EXPECTED, Layout, Listing, arrange
from core.errors import InvalidSpec


def pictures(*folders: str, count: int = 10, suffix: str = "png") -> list[str]:
    return [f"{folder}/{n:02}.{suffix}" for folder in folders for n in range(count)]


def arranged(files: Iterable[str], folders: Iterable[str] = ()) -> Layout:
    return arrange("P", Listing(list(files), list(folders)))


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train", "test"),
        ("train", "val"),  # PyTorch's tutorial, timm, ImageNet
        ("Train", "Test"),
        ("Training", "Testing"),
        ("train", "valid"),
        ("TRAIN", "Validation"),
        ("training_set", "test_set"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("train2017", "val2017"),
    ],
)
@pytest.mark.parametrize("top", ["", "pets/", "a/b/"])
def test_splits(train: str, test: str, top: str) -> None:
    files = pictures(f"{top}{train}/cat", f"{top}{train}/dog") + pictures(f"{top}{test}/cat", f"{top}{test}/dog")
    found = arranged(files)
    assert found.classes == ["cat", "dog"]
    assert [name for name, _ in found.train] == files[:20]
    assert [name for name, _ in found.test] == files[20:]
    assert [label for _, label in found.test] == [0] * 10 + [1] * 10
    train, test = train.partition("/")[0], test.partition("/")[0]
    deeper = [f"All images are in {top}; its folders were read."] if top else []
    assert found.notes == (*deeper, f"{train}/ is the training set, {test}/ is the test set.")


@pytest.mark.parametrize("top", ["", "pets/", "train/", "a/train/"])
def test_classes_alone(top: str) -> None:
    files = pictures(f"{top}cat", f"{top}dog/images")
    found = arranged(reversed(files))
    assert found.classes == ["cat", "dog"]
    assert [name for name, _ in found.test] == [files[n] for n in (4, 9, 14, 19)]
    assert [label for _, label in found.test] == [0, 0, 1, 1]
    assert len(found.train) == 16
    assert found.notes[-1] == "Every 5th image of a class is a test image."


def test_a_class_may_be_called_train() -> None:
    assert arranged(pictures("bus", "train", "car")).classes == ["bus", "car", "train"]


def test_the_split_may_stand_below_the_class() -> None:
    files = pictures("bottle/train/good", "cable/train/good") + pictures("bottle/test/bad", "cable/test/bad")
    found = arranged([*files, *pictures("bottle/ground_truth/bad", count=2)])
    assert found.classes == ["bottle", "cable"]
    assert [name for name, _ in found.train] == files[:20]
    assert [name for name, _ in found.test] == files[20:]
    assert found.notes[-1].startswith("Left out: images outside train/ and test/ (2: bottle/ground_truth/bad/00.png")


def test_what_is_left_out_is_counted_and_named() -> None:
    left = ["train/cat/.hidden.png", "__MACOSX/train/cat/._0.png", "train/cat/notes.txt", "a.heic", "logo.png"]
    left += [*pictures("val/cat", count=4), "train/new.jfif", "extra/cat/0.png"]
    folders = ["train/empty", "train/empty/below", ".git", "test/cat"]
    found = arranged(left + pictures("train/cat", "train/dog", "test/cat", "test/dog"), folders)
    assert len(found.train) == len(found.test) == 20
    assert found.notes[-1] == (
        "Left out: hidden files (2: __MACOSX/train/cat/._0.png, train/cat/.hidden.png); "
        "files that are not images (2: a.heic, train/cat/notes.txt); folders without images (1: train/empty); "
        "images in no class folder (1: train/new.jfif); "
        "images outside train/ and test/ (6: extra/cat/0.png, logo.png, val/cat/00.png, ...)."
    )
    everything = re.findall(r"\((\d+):", found.notes[-1])
    assert sum(map(int, everything)) == len(left) + 1


def test_every_suffix_of_a_picture_counts() -> None:
    found = arranged(pictures("a", suffix="JFIF") + pictures("b", suffix="jpe"))
    assert len(found.train) + len(found.test) == 20


@pytest.mark.parametrize(
    "others",
    [
        pictures("test", count=3),  # Kaggle's
        pictures("test/images", "val/images", count=3),  # Tiny-ImageNet's
        pictures("test/n1", "test/n2", count=3),  # VGGFace2's, of other people
    ],
)
def test_test_pictures_of_no_training_class_leave_every_fifth(others: list[str]) -> None:
    found = arranged(pictures("train/cat", "train/dog") + others)
    assert (len(found.train), len(found.test)) == (16, 4)
    assert found.notes[-1].startswith(f"Left out: images outside train/ ({len(others)}: test/")


def test_val_is_the_test_set_where_test_has_no_labels() -> None:
    found = arranged(pictures("train/cat", "train/dog", "val/cat", "val/dog") + pictures("test", count=3))
    assert (len(found.train), len(found.test)) == (20, 20)
    assert found.notes == (
        "train/ is the training set, val/ is the test set.",
        "Left out: images outside train/ and val/ (3: test/00.png, test/01.png, test/02.png).",
    )


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ([], "P has no images; "),
        (["a/x.txt", "b/y.csv", "b/z.txt"], "P has no images but 3 other files (2 with .txt, 1 with .csv); "),
        (["0.png", "1.png"], "P: all 2 images are in one folder; at least 2 class folders are needed; "),
        (
            pictures("pets/photos", count=3),
            "P: all 3 images are in one folder, pets/photos/; at least 2 class folders are needed; ",
        ),
        (pictures("train", "test"), "P: no image in train/ is in a class folder; "),
        ([*pictures("cat"), "logo.png"], "P has one class folder, cat/, at least 2 are needed; "),
        (pictures("train/cat", "test/cat"), "P has one class folder, cat/, at least 2 are needed; "),
        (pictures("val/cat", "val/dog", "test/cat"), "P has test/ and val/ but no train/; "),
        (pictures("test/0", "cat", "dog"), "P has test/ but no train/; "),
        (pictures("Train/a", "train/a", "test/a"), "P has Train/ and train/, only one is allowed; "),
    ],
)
def test_what_is_not_understood_is_refused_by_what_was_found(files: list[str], found: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        arranged(files)
    assert str(refused.value).startswith(f"{found}{EXPECTED}")


def test_few_pictures_of_every_class() -> None:
    with pytest.raises(InvalidSpec, match="P has 12 images in 3 classes, 4 in the largest; every 5th"):
        arranged(pictures("a", "b", "c", count=4))
