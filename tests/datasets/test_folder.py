from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.folder import read_folder
from core.errors import InvalidSpec


def picture(path: Path, value: int, size: tuple[int, int] = (16, 16), mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode == "L" else (value, 0, 0)).save(path)


def test_train_and_test_folders(tmp_path):
    for split, count in (("train", 3), ("test", 2)):
        for label, name in enumerate(("dog", "cat")):
            for n in range(count):
                picture(tmp_path / split / name / f"{n}.png", 10 * label + n)
    x_train, y_train, x_test, y_test, classes = read_folder(tmp_path)
    assert classes == ["cat", "dog"]
    assert (y_train.tolist(), y_test.tolist()) == ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1])
    assert x_train.shape == (6, 3, 16, 16)  # squares of one size stay
    assert x_train[:, 0, 0, 0].tolist() == [10, 11, 12, 0, 1, 2]
    assert x_test[:, 0, 0, 0].tolist() == [10, 11, 0, 1]


def test_without_them_every_fifth_picture_is_test(tmp_path):
    for n in range(10):
        picture(tmp_path / "a" / f"{n}.png", n)
        picture(tmp_path / "b" / "images" / f"{n}.png", 100 + n)  # Tiny-ImageNet's own layout
    x_train, y_train, x_test, y_test, _ = read_folder(tmp_path)
    assert x_test[:, 0, 0, 0].tolist() == [4, 9, 104, 109]
    assert (len(x_train), y_train.sum(), y_test.tolist()) == (16, 8, [0, 0, 1, 1])


def test_other_sizes_are_cut_to_the_middle_and_reduced(tmp_path):
    wide = np.zeros((100, 300, 3), np.uint8)
    wide[:, 100:200] = 200  # the middle square
    for name in ("a/0.png", "b/0.png"):
        (tmp_path / name).parent.mkdir()
        Image.fromarray(wide).save(tmp_path / name)
    x_train = read_folder(tmp_path)[0]
    assert x_train.shape == (2, 3, 64, 64)
    assert (x_train[:, :, :, 4:-4] == 200).all()  # the filter of the reduction reaches over the edge
    assert x_train.min() > 150


def test_grey_stays_grey_only_where_all_are(tmp_path):
    picture(tmp_path / "a/0.png", 7, mode="L")
    picture(tmp_path / "b/0.png", 8, mode="L")
    assert read_folder(tmp_path)[0].shape == (2, 1, 16, 16)
    picture(tmp_path / "b/1.png", 8)
    images = read_folder(tmp_path)[0]
    assert images.shape == (3, 3, 16, 16)
    assert (images[0] == 7).all()


def test_bad_files_are_named_one_by_one(tmp_path):
    for n in range(4):
        picture(tmp_path / "a" / f"{n}.png", n)
    (tmp_path / "a" / "text.jpg").write_text("no picture")
    picture(tmp_path / "a" / "small.png", 1, size=(4, 20))
    with pytest.raises(InvalidSpec, match=r"2 bad files.*a/small.png \(4x20 pixels\), a/text.jpg \(not a picture\)"):
        read_folder(tmp_path)


def test_a_picture_that_breaks_off_is_bad(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("a/0.png", "a/1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(tmp_path / name)
    whole = (tmp_path / "a/1.png").read_bytes()
    (tmp_path / "a/1.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidSpec, match=r"1 bad files.*a/1.png \(damaged"):
        read_folder(tmp_path)


def test_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(InvalidSpec, match="gone is not a folder"):
        read_folder(tmp_path / "gone")
