import zipfile
from contextlib import suppress

import numpy as np
import pytest

from core.datasets.own.npz import read_npz
from core.errors import InvalidSpec
from core.escaping import MAX_LETTERS, error_sentence


def test_a_good_file_comes_back_channels_first(npz, arrays):
    found = read_npz(npz())
    x_train, y_train, x_test, y_test = found.arrays
    np.testing.assert_array_equal(x_train, np.moveaxis(arrays["x_train"], -1, 1))
    np.testing.assert_array_equal(x_test, np.moveaxis(arrays["x_test"], -1, 1))
    assert (y_train.dtype, y_train.tolist(), y_test.tolist()) == (np.int64, [0, 1] * 20, [0, 1] * 4)
    assert found.classes == ["cat", "dog"]
    assert found.notes == ()


def test_grey_images_get_a_channel(npz, arrays):
    grey = {name: arrays[name][..., 0] for name in ("x_train", "x_test")}
    assert read_npz(npz(**grey)).arrays[0].shape == (40, 1, 12, 12)


def test_the_names_of_keras_without_class_names(npz):
    """As in mnist.npz and after ``cifar10.load_data()``, whose labels have two axes."""
    found = read_npz(npz(class_names=None, y_train=np.arange(40)[:, None] % 2 + 3, y_test=np.full((8, 1), 4)))
    _, y_train, _, y_test = found.arrays
    assert found.classes == ["3", "4"]
    assert (y_train.tolist(), y_test.tolist()) == ([0, 1] * 20, [1] * 8)


def test_the_names_of_medmnist(arrays, tmp_path):
    path = tmp_path / "pathmnist.npz"
    parts = {"train": "train", "val": "test", "test": "test"}
    images = {f"{split}_images": arrays[f"x_{part}"] for split, part in parts.items()}
    labels = {f"{split}_labels": arrays[f"y_{part}"][:, None].astype(np.uint8) for split, part in parts.items()}
    np.savez(path, **images, **labels)
    found = read_npz(path)
    np.testing.assert_array_equal(found.arrays[0], np.moveaxis(arrays["x_train"], -1, 1))
    assert found.arrays[3].tolist() == [0, 1] * 4
    assert found.classes == ["0", "1"]
    assert found.notes == ("Left out: arrays (2: val_images, val_labels).",)


def test_val_is_the_test_set_where_there_is_none(npz, arrays):
    path = npz(x_test=None, y_test=None, X_Val=arrays["x_test"], Y_val=arrays["y_test"])
    found = read_npz(path)
    np.testing.assert_array_equal(found.arrays[2], np.moveaxis(arrays["x_test"], -1, 1))
    assert found.notes == ("X_Val is the test set.",)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_test": None}, "has the arrays class_names, x_train, y_test, y_train; needed are x_train, y_train, x_test"),
        ({"class_names": np.array(["cat", None], dtype=object)}, "class_names holds Python objects"),
        ({"x_train": np.zeros((40, 12, 12, 3))}, r"x_train is float64 \(40, 12, 12, 3\); uint8"),
        ({"x_train": np.zeros((40, 3, 12, 12), np.uint8)}, r"x_train is uint8 \(40, 3, 12, 12\)"),
        ({"x_train": np.zeros((40, 12, 14, 3), np.uint8)}, "images of 12x14 pixels; squares of 8 to 256"),
        ({"x_train": np.zeros((40, 4, 4, 3), np.uint8)}, "images of 4x4 pixels"),
        ({"x_train": np.zeros((40, 16, 16, 3), np.uint8)}, "x_train and x_test have images of different shapes"),
        ({"y_train": np.zeros(39, np.int64)}, r"y_train is .* one whole number per image"),
        ({"y_train": np.zeros(40)}, "y_train is .* one whole number per image"),
        ({"y_train": np.zeros((40, 14), int)}, r"y_train is int64 \(40, 14\); one whole number per image"),
        ({"class_names": None, "y_test": np.full(8, 7)}, "no training image has the label 7 of a test image"),
        ({"class_names": np.array([1, 2])}, "class_names is .* unicode text"),
    ],
)
def test_a_bad_file_is_refused_by_what_is_wrong(npz, changes, message):
    with pytest.raises(InvalidSpec, match=message):
        read_npz(npz(**changes))


def test_a_header_that_promises_more_than_there_is_allocates_nothing(npz, tmp_path):
    good, bad = npz(), tmp_path / "bad.npz"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "x_train.npy":
                data = data.replace(b"(40, 12, 12, 3), }", b"(99999999, 900, 900, 3), }")[: len(data)]
            target.writestr(name, data)
    with pytest.raises(InvalidSpec, match=r"x_train does not have the length in its header|cannot be read"):
        read_npz(bad)


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x80\x04N."])
def test_what_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "own.npz"
    path.write_bytes(content)
    with pytest.raises(InvalidSpec, match=r"own.npz cannot be read as npz"):
        read_npz(path)


def test_a_damaged_compression_is_refused(arrays, tmp_path):
    path = tmp_path / "damaged.npz"
    np.savez_compressed(path, **arrays)
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("x_train.npy").header_offset
    raw = bytearray(path.read_bytes())
    start = at + 30 + sum(int.from_bytes(raw[at + n : at + n + 2], "little") for n in (26, 28))  # after name and extra
    raw[start] = 0xFF  # no kind of block that deflate has
    path.write_bytes(raw)
    with pytest.raises(InvalidSpec, match=r"damaged.npz cannot be read as npz: .*invalid block type"):
        read_npz(path)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_header_says_is_answered_in_a_sentence(arrays, tmp_path, seed):
    """Bytes changed at random in headers and names: a sentence, or images, but never another error."""
    rng = np.random.default_rng(seed)
    np.savez(tmp_path / "good.npz", **arrays)
    data = (tmp_path / "good.npz").read_bytes()
    headers = [n for n in range(len(data)) if b"NUMPY" in data[max(0, n - 40) : n + 8]] or range(len(data))
    for _ in range(40):
        raw = bytearray(data)
        for at in rng.choice(headers, 3):
            raw[at] = rng.choice(list(b"(){}[]'\"\\,:0L<>|\x00\xff\n"))
        (tmp_path / "bad.npz").write_bytes(raw)
        with suppress(InvalidSpec):
            read_npz(tmp_path / "bad.npz")


def test_a_name_of_any_length_makes_a_short_message(tmp_path):
    with zipfile.ZipFile(tmp_path / "long.npz", "w") as archive:
        archive.writestr(f"{'x' * 60_000}.npy", b"")
    with pytest.raises(InvalidSpec) as caught:
        read_npz(tmp_path / "long.npz")
    assert len(error_sentence(caught.value)) <= MAX_LETTERS
