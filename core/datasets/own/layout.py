"""Finds split and class of the images in a folder or archive, from their names alone.

Known layouts: train/CLASS/ with test/CLASS/; CLASS/train/ with CLASS/test/; CLASS/ alone, where every fifth image
becomes a test image. They may be at any depth, with more folders below a class. Names such as training, testing, val,
validation or seg_train are accepted in upper or lower case; val is the test split if there is no test.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.datasets.own.decode import SUFFIXES
from core.datasets.own.imported import left_out
from core.errors import InvalidSpec

EXPECTED = "expected is train/CLASS/IMAGE with test/CLASS/IMAGE (or val/), or CLASS/IMAGE"
SPLITS = {"train": {"train", "training"}, "test": {"test", "testing"}, "val": {"val", "valid", "validation"}}
HIDDEN = re.compile(r"(^|/)(\.|__MACOSX(/|$))")
EVERY = 5  # without a test split every fifth image of a class is a test image

Labelled = list[tuple[str, int]]  # file names of images with their labels


@dataclass(frozen=True)
class Listing:
    """The content of a folder or archive; names use ``/``.

    Attributes:
        passed_over: kind -> names that can't be read, such as links.
    """

    files: Sequence[str]
    folders: Sequence[str] = ()
    passed_over: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """The images to read, in the order of their names, and notes about the layout."""

    train: Labelled
    test: Labelled
    classes: list[str]
    notes: tuple[str, ...]


class _Picture(NamedTuple):
    name: str
    folders: tuple[str, ...]  # they determine split and class


def is_picture(name: str) -> bool:
    """Whether a file name is that of an image and not hidden."""
    return name.lower().endswith(SUFFIXES) and not _is_hidden(name)


def arrange(place: str, listing: Listing) -> Layout:
    """Finds split and class of every image.

    Args:
        place: name of the folder or archive in messages.

    Raises:
        InvalidSpec: the layout is unknown; the message says what was found and what is expected.
    """
    left = _files_left_out(listing)
    names = sorted(filter(is_picture, listing.files), key=lambda name: name.split("/"))
    if not names:
        kinds = _suffixes(left["files that are not images"])
        raise InvalidSpec(f"{place} has no images{kinds}; {EXPECTED}; image files end in {', '.join(SUFFIXES)}")
    left["folders without images"] = _empty_folders(listing, names)
    pictures, notes = _below_common_folder(place, names)
    pictures = _split_first(pictures)
    train_folder, test_folders = _split_folders(place, pictures)
    train = _in_split(pictures, train_folder)
    if not train:
        raise InvalidSpec(f"{place}: no image in {train_folder}/ is in a class folder; {EXPECTED}")
    test_folder, test = _test_split(pictures, test_folders, train)
    left |= _pictures_left_out(pictures, train + test, [folder for folder in (train_folder, test_folder) if folder])
    if test:
        notes.append(f"{train_folder}/ is the training set, {test_folder}/ is the test set.")
    else:
        train, test = _every_fifth(place, train)
        notes.append(f"Every {EVERY}th image of a class is a test image.")
    classes = sorted(set(map(_class_of, train + test)))
    if len(classes) < 2:
        raise InvalidSpec(f"{place} has one class folder, {classes[0]}/, at least 2 are needed; {EXPECTED}")
    return Layout(_labelled(train, classes), _labelled(test, classes), classes, (*notes, *left_out(left)))


def _files_left_out(listing: Listing) -> dict[str, list[str]]:
    rest = sorted(name for name in listing.files if not is_picture(name))
    return {kind: sorted(names) for kind, names in listing.passed_over.items()} | {
        "hidden files": [name for name in rest if _is_hidden(name)],
        "files that are not images": [name for name in rest if not _is_hidden(name)],
    }


def _is_hidden(name: str) -> bool:
    return HIDDEN.search(name) is not None


def _suffixes(names: Sequence[str]) -> str:
    kinds = Counter(posixpath.splitext(name)[1].lower() or "no suffix" for name in names)
    found = ", ".join(f"{count:,} with {kind}" for kind, count in kinds.most_common(3))
    return f" but {len(names):,} other files ({found})" if names else ""


def _empty_folders(listing: Listing, names: Sequence[str]) -> list[str]:
    """The topmost folders without any image below them."""
    holding = {""} | set(_above(names))
    known = {*listing.folders, *_above(listing.files)}
    empty = sorted(folder for folder in known if folder not in holding and not _is_hidden(folder))
    return [folder for folder in empty if folder.rpartition("/")[0] in holding]


def _above(names: Iterable[str]) -> Iterable[str]:
    """All folders above these names."""
    for folder in {name.rpartition("/")[0] for name in names}:
        parts = folder.split("/")
        yield from ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1) if folder)


def _below_common_folder(place: str, names: Sequence[str]) -> tuple[list[_Picture], list[str]]:
    """The images, with their folders relative to the deepest common folder."""
    parents = {name.rpartition("/")[0] for name in names}
    where = posixpath.commonpath(parents)
    if parents == {where}:
        folder = f"one folder, {where}/" if where else "one folder"
        few = f"all {len(names):,} images are in {folder}; at least 2 class folders are needed"
        raise InvalidSpec(f"{place}: {few}; {EXPECTED}")
    depth = len(where.split("/")) if where else 0
    pictures = [_Picture(name, tuple(name.split("/")[depth:-1])) for name in names]
    return pictures, [f"All images are in {where}/; its folders were read."] if where else []


def _split_first(pictures: list[_Picture]) -> list[_Picture]:
    """Turns CLASS/train/ and CLASS/test/ into train/CLASS/ and test/CLASS/."""
    inner = {picture.folders[1] for picture in pictures if len(picture.folders) > 1}
    splits = {_exact_split(folder) for folder in inner}
    if "train" not in splits or not splits & {"test", "val"}:
        return pictures
    return [_Picture(name, (*folders[1:2], *folders[:1], *folders[2:])) for name, folders in pictures]


def _split_folders(place: str, pictures: Iterable[_Picture]) -> tuple[str, list[str]]:
    """The training folder and the candidates for the test folder; empty if all folders are classes."""
    tops = sorted({picture.folders[0] for picture in pictures if picture.folders})
    by_split = {split: [top for top in tops if _split(top) == split] for split in SPLITS}
    train, tests = by_split["train"], [by_split["test"], by_split["val"]]
    if train and any(tests):
        if several := next((found for found in (train, *tests) if len(found) > 1), None):
            named = " and ".join(f"{top}/" for top in several)
            raise InvalidSpec(f"{place} has {named}, only one is allowed; {EXPECTED}")
        return train[0], [folder for found in tests for folder in found]
    if strange := [top for top in tops if _exact_split(top) in ("test", "val")]:
        raise InvalidSpec(f"{place} has {' and '.join(f'{top}/' for top in strange)} but no train/; {EXPECTED}")
    return "", []


def _split(folder: str) -> str | None:
    """The split of a folder by a word in its name, such as seg_train."""
    words = set(re.split(r"[^a-z]+", folder.casefold()))
    found = [split for split, known in SPLITS.items() if known & words]
    return found[0] if len(found) == 1 else None


def _exact_split(folder: str) -> str | None:
    """The split of a folder by its whole name."""
    return next((split for split, known in SPLITS.items() if folder.casefold() in known), None)


def _in_split(pictures: Iterable[_Picture], top: str) -> list[_Picture]:
    """The images of one split that are in a class folder, by class; seg_train/seg_train/ counts as one folder.

    Args:
        top: the folder of the split; empty if the folders are classes.
    """
    if top:
        pictures = [_Picture(name, folders[1:]) for name, folders in pictures if folders[:1] == (top,)]
        if {picture.folders[:1] for picture in pictures} == {(top,)}:
            pictures = [_Picture(name, folders[1:]) for name, folders in pictures]
    return sorted((picture for picture in pictures if picture.folders), key=_class_of)


def _test_split(
    pictures: Sequence[_Picture], folders: Iterable[str], train: Iterable[_Picture]
) -> tuple[str, list[_Picture]]:
    """The first of these folders with classes of the training set; others are unlabelled or have other labels."""
    known = set(map(_class_of, train))
    for folder in folders:
        test = _in_split(pictures, folder)
        if known & set(map(_class_of, test)):
            return folder, test
    return "", []


def _class_of(picture: _Picture) -> str:
    return picture.folders[0]


def _pictures_left_out(
    pictures: Iterable[_Picture], read: Iterable[_Picture], tops: Sequence[str]
) -> dict[str, list[str]]:
    """
    Args:
        tops: the folders of the splits that are read.
    """
    known = {picture.name for picture in read}
    rest = [picture for picture in pictures if picture.name not in known]
    inside = [picture.name for picture in rest if not tops or set(picture.folders[:1]) & set(tops)]
    outside = sorted({picture.name for picture in rest}.difference(inside))
    where = " and ".join(f"{top}/" for top in tops)
    return {"images in no class folder": inside, f"images outside {where}": outside}


def _every_fifth(place: str, pictures: Sequence[_Picture]) -> tuple[list[_Picture], list[_Picture]]:
    """Splits images into training and test images."""
    seen = Counter[str]()
    train: list[_Picture] = []
    test: list[_Picture] = []
    for picture in pictures:
        seen[_class_of(picture)] += 1
        (test if seen[_class_of(picture)] % EVERY == 0 else train).append(picture)
    if not test:
        raise InvalidSpec(
            f"{place} has {len(pictures)} images in {len(seen)} classes, {max(seen.values())} in the largest; every "
            f"{EVERY}th image of a class is a test image, so at least one class needs {EVERY}"
        )
    return train, test


def _labelled(pictures: Iterable[_Picture], classes: Sequence[str]) -> Labelled:
    label = {name: number for number, name in enumerate(classes)}
    return [(picture.name, label[_class_of(picture)]) for picture in pictures]
