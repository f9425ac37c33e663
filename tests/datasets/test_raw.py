import gzip
import io
import tarfile

import numpy as np
import pytest

from core.datasets.raw import is_found, read_raw, sources, unpack
from core.errors import DamagedData
from core.specs import DOWNLOADED
from core.specs.cifar import CLASSES


@pytest.mark.parametrize("name", DOWNLOADED)
def test_every_file_has_a_url_and_an_md5(name: str):
    found = sources(name)
    assert found
    for source in found:
        assert source.url.startswith("http")
        assert len(source.md5) == 32
        assert not source.path.startswith("/")
    assert not any(source.path == "cifar100.npz" for source in found)


@pytest.mark.parametrize("name", DOWNLOADED)
def test_missing_raw_files_are_not_found(name: str, tmp_path):
    assert not is_found(name, tmp_path)
    with pytest.raises(DamagedData, match=f"the files of {name} in"):
        read_raw(name, tmp_path)


def test_an_archive_is_unpacked_beside_itself(tmp_path):
    path = tmp_path / "set.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("folder/file")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"abc"))
    (tmp_path / "set.tar.gz.unpacked").mkdir()  # of an attempt that was cut off
    unpack(path)
    assert (tmp_path / "folder" / "file").read_bytes() == b"abc"
    (tmp_path / "folder" / "file").write_bytes(b"damaged")
    (tmp_path / "folder" / "notes").write_bytes(b"own")
    unpack(path)
    assert {file.name: file.read_bytes() for file in (tmp_path / "folder").iterdir()} == {
        "file": b"abc",
        "notes": b"own",
    }
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder", "set.tar.gz"]


def test_an_archive_can_not_write_elsewhere(tmp_path):
    path = tmp_path / "below" / "set.tar.gz"
    path.parent.mkdir()
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../../outside"))
    with pytest.raises(tarfile.OutsideDestinationError):
        unpack(path)
    assert not (tmp_path / "outside").exists()


def test_a_packed_file_is_unpacked_and_others_stay(tmp_path):
    packed = gzip.compress(b"abc")
    (tmp_path / "a.gz").write_bytes(packed)
    (tmp_path / "b.mat").write_bytes(b"b")
    for path in list(tmp_path.iterdir()):
        unpack(path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "a": b"abc",
        "a.gz": packed,
        "b.mat": b"b",
    }


def idx(array: np.ndarray) -> bytes:
    """The format of MNIST's files: two zeros, the type (8: uint8), the number of axes, their lengths, the values."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.astype(np.uint8).tobytes()


def test_mnists_files_are_read(tmp_path):
    rng = np.random.default_rng(0)
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    made = {}
    for split, count in (("train", 6), ("t10k", 3)):
        made[split] = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8), np.arange(count)
        (folder / f"{split}-images-idx3-ubyte").write_bytes(idx(made[split][0]))
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(idx(made[split][1]))
    assert is_found("mnist", tmp_path)
    x_train, y_train, x_test, y_test = read_raw("mnist", tmp_path)
    np.testing.assert_array_equal(x_train, made["train"][0][:, None])
    np.testing.assert_array_equal(x_test, made["t10k"][0][:, None])
    assert (y_train.tolist(), y_test.tolist()) == (list(range(6)), list(range(3)))


def test_cifar100_may_lie_there_as_npz(tmp_path):
    values = {"x_train": np.zeros((9, 32, 32, 3), np.uint8), "y_train": np.arange(9), "y_test": np.arange(3),
              "x_test": np.ones((3, 32, 32, 3), np.uint8), "class_names": np.array(CLASSES)}  # fmt: skip
    np.savez(tmp_path / "cifar100.npz", **values)
    assert read_raw("cifar100", tmp_path)[2].shape == (3, 3, 32, 32)
    np.savez(tmp_path / "cifar100.npz", **(values | {"class_names": np.array(CLASSES[::-1])}))
    with pytest.raises(DamagedData, match="does not hold the 100 classes of CIFAR-100 in their order"):
        read_raw("cifar100", tmp_path)
    (tmp_path / "cifar-100-python").mkdir()  # what was downloaded comes first
    with pytest.raises(
        DamagedData, match=r"the files of cifar100 in .* cannot be read: Dataset not found or corrupted.$"
    ):
        read_raw("cifar100", tmp_path)
