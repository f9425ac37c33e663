import os
import socket
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets.own.folder import OUTSIDE, SPECIAL, read_folder
from core.errors import InvalidSpec


def picture(path: Path, value: int, size: tuple[int, int] = (16, 16), mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode == "L" else (value, 0, 0)).save(path)


def test_train_and_test_folders(tmp_path):
    for split, count in (("train", 3), ("test", 2)):
        for label, name in enumerate(("dog", "cat")):
            for n in range(count):
                picture(tmp_path / split / name / f"{n}.png", 10 * label + n)
    found = read_folder(tmp_path)
    x_train, y_train, x_test, y_test = found.arrays
    assert found.classes == ["cat", "dog"]
    assert (y_train.tolist(), y_test.tolist()) == ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1])
    assert x_train.shape == (6, 3, 16, 16)  # squares of one size stay
    assert x_train[:, 0, 0, 0].tolist() == [10, 11, 12, 0, 1, 2]
    assert x_test[:, 0, 0, 0].tolist() == [10, 11, 0, 1]


def test_without_them_every_fifth_picture_is_test(tmp_path):
    for n in range(10):
        picture(tmp_path / "a" / f"{n}.png", n)
        picture(tmp_path / "b" / "images" / f"{n}.png", 100 + n)  # Tiny-ImageNet's own layout
    x_train, y_train, x_test, y_test = read_folder(tmp_path).arrays
    assert x_test[:, 0, 0, 0].tolist() == [4, 9, 104, 109]
    assert (len(x_train), y_train.sum(), y_test.tolist()) == (16, 8, [0, 0, 1, 1])


def test_other_sizes_are_cut_to_the_middle_and_reduced(tmp_path):
    wide = np.zeros((100, 300, 3), np.uint8)
    wide[:, 100:200] = 200  # the middle square
    for n in range(10):
        (tmp_path / "ab"[n % 2]).mkdir(exist_ok=True)
        Image.fromarray(wide).save(tmp_path / "ab"[n % 2] / f"{n}.png")
    x_train = read_folder(tmp_path).arrays[0]
    assert x_train.shape == (8, 3, 64, 64)
    assert (x_train[:, :, :, 4:-4] == 200).all()  # the filter of the reduction reaches over the edge
    assert x_train.min() > 150


def test_grey_stays_grey_only_where_all_are(tmp_path):
    for n in range(5):
        picture(tmp_path / f"a/{n}.png", 7, mode="L")
        picture(tmp_path / f"b/{n}.png", 8, mode="L")
    assert read_folder(tmp_path).arrays[0].shape == (8, 1, 16, 16)
    picture(tmp_path / "b/9.png", 8)
    images = read_folder(tmp_path).arrays[0]
    assert images.shape == (9, 3, 16, 16)
    assert (images[0] == 7).all()


def test_pixels_are_those_of_the_one_reader(tmp_path):
    """16 bits, orientation and transparency: what the reader of single pictures gives."""
    deep = np.full((8, 8), 128 * 257, np.uint16)
    turned = np.zeros((8, 8), np.uint8)
    turned[0] = 255
    exif = Image.Exif()
    exif[0x0112] = 3
    for n in range(5):
        for name, pixels, words in (("deep", deep, {}), ("turned", turned, {"exif": exif})):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / name / f"{n}.png", **words)
        (tmp_path / "clear").mkdir(exist_ok=True)
        Image.new("LA", (8, 8), (0, 0)).save(tmp_path / "clear" / f"{n}.png")
    images, labels, *_ = read_folder(tmp_path).arrays
    assert images.shape == (12, 1, 8, 8)
    assert np.unique(images[labels == 0]).tolist() == [255]
    assert np.unique(images[labels == 1]).tolist() == [128]
    assert (images[labels == 2][:, 0] == turned[::-1]).all()


def test_links_are_followed_inside_the_folder_only(tmp_path):
    root = tmp_path / "pets"
    for n in range(5):
        picture(root / "dog" / f"{n}.png", 10 + n)
        picture(root / ".store" / "cats" / f"{n}.png", n)
        picture(tmp_path / "elsewhere" / f"{n}.png", 99)
    (root / "cat").symlink_to(".store/cats")
    (root / "dog" / "9.png").symlink_to(root / "dog" / "0.png")
    (root / "bird").symlink_to(tmp_path / "elsewhere")
    (root / "dog" / "passwd.png").symlink_to(tmp_path / "elsewhere" / "0.png")
    (root / "gone").symlink_to("nowhere")
    found = read_folder(root)
    assert found.classes == ["cat", "dog"]
    assert found.arrays[0][:, 0, 0, 0].tolist() == [0, 1, 2, 3, 10, 11, 12, 13, 10]
    assert f"{OUTSIDE} (3: bird, dog/passwd.png, gone)" in found.notes[-1]


def test_links_in_a_loop_are_not_followed(tmp_path):
    for name, link, target in (("a", "b", "../b"), ("b", "a", "../a"), ("a", "up", ".."), ("b", "self", "self")):
        for n in range(5):
            picture(tmp_path / name / f"{n}.png", n)
        (tmp_path / name / link).symlink_to(target)
    found = read_folder(tmp_path)
    assert found.classes == ["a", "b"]
    assert len(found.arrays[0]) + len(found.arrays[2]) == 20  # each folder itself, and once through the other's link
    assert f"{OUTSIDE} (6: a/b/a, a/b/self, a/up, ...)" in found.notes[-1]


def test_special_files_are_never_opened(tmp_path):
    for n in range(5):
        picture(tmp_path / "a" / f"{n}.png", n)
        picture(tmp_path / "b" / f"{n}.png", n)
    os.mkfifo(tmp_path / "a" / "pipe.png")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "b" / "s.png"))
        assert f"{SPECIAL} (2: a/pipe.png, b/s.png)" in read_folder(tmp_path).notes[-1]


def test_bad_files_are_named_one_by_one(tmp_path):
    for n in range(5):
        picture(tmp_path / "a" / f"{n}.png", n)
        picture(tmp_path / "b" / f"{n}.png", n)
    (tmp_path / "a" / "text.jpg").write_text("no picture")
    picture(tmp_path / "a" / "small.png", 1, size=(4, 20))
    with pytest.raises(
        InvalidSpec,
        match=r"2 bad files.*a/small.png \(4x20 pixels, at least 8x8 are needed\), a/text.jpg \(not an image\)",
    ):
        read_folder(tmp_path)


def test_a_truncated_image_is_bad(tmp_path):
    rng = np.random.default_rng(0)
    for n in range(10):
        (tmp_path / "ab"[n % 2]).mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(
            tmp_path / "ab"[n % 2] / f"{n // 2}.png"
        )
    whole = (tmp_path / "a/1.png").read_bytes()
    (tmp_path / "a/1.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidSpec, match=r"1 bad files.*a/1.png \(damaged"):
        read_folder(tmp_path)


def test_a_path_that_is_not_a_folder_is_refused(tmp_path):
    with pytest.raises(InvalidSpec, match="gone is not a folder"):
        read_folder(tmp_path / "gone")
