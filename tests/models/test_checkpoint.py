"""Files of weights: what is read, and that nothing of a hostile one is carried out or allocated."""

import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from core.errors import InvalidSpec
from core.models.checkpoint import MAX_PICKLE, read_checkpoint

STATE = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.count": torch.tensor(7)}


def same(found: dict[str, torch.Tensor]) -> bool:
    return found.keys() == STATE.keys() and all(torch.equal(found[name], value) for name, value in STATE.items())


@pytest.mark.parametrize(
    "saved",
    [
        STATE,
        {"state_dict": STATE, "epoch": 3, "optimizer": {"state": {}}},
        {"model": STATE},
        {"net": STATE, "acc": 95.1},
        {"state_dict": {"model": STATE}},
        {name: nn.Parameter(value, requires_grad=False) for name, value in STATE.items()},
    ],
)
def test_weights_are_found_where_training_scripts_keep_them(saved: dict[str, Any], tmp_path: Path) -> None:
    torch.save(saved, tmp_path / "a.pth")
    assert same(read_checkpoint(tmp_path / "a.pth"))


def test_the_content_says_what_a_file_is_not_its_name(tmp_path: Path) -> None:
    safetensors.torch.save_file(STATE, tmp_path / "a.pth")
    assert same(read_checkpoint(tmp_path / "a.pth"))


class Call:
    """Pickled, it is a call that is made on loading."""

    def __init__(self, function: Callable, *args: Any) -> None:
        self.call = function, args

    def __reduce__(self) -> tuple[Callable, tuple[Any, ...]]:
        return self.call


def forged(path: Path, content: bytes, compression: int = zipfile.ZIP_STORED) -> Path:
    """A file of torch.save with another pickle in it."""
    torch.save(STATE, path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, content if name.endswith("data.pkl") else data)
    return path


def test_no_object_of_a_pickle_is_made(tmp_path: Path) -> None:
    target = tmp_path / "made"
    path = forged(tmp_path / "a.pth", pickle.dumps({"a": Call(os.mkdir, str(target))}, protocol=2))
    with pytest.raises(InvalidSpec, match=r"a.pth holds Python objects \(posix mkdir\), which are refused; save"):
        read_checkpoint(path)
    assert not target.exists()


def test_no_memory_is_asked_for_by_a_pickle(tmp_path: Path) -> None:
    path = forged(tmp_path / "a.pth", pickle.dumps({"a": Call(bytearray, 1 << 50)}, protocol=2))
    with pytest.raises(InvalidSpec, match=r"holds Python objects \(__builtin__ bytearray\)"):
        read_checkpoint(path)


def test_a_tensor_is_no_longer_than_its_file(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(1)}, tmp_path / "small.pth")
    with zipfile.ZipFile(tmp_path / "small.pth") as archive:
        content = archive.read("small/data.pkl")
    storage, shape = b"K\x01tq", b"K\x01\x85q"  # one number, of which the tensor takes one
    assert storage in content
    assert shape in content
    huge = content.replace(storage, b"J\x00\x00\x00\x40tq", 1).replace(shape, b"J\x00\x00\x00\x40\x85q", 1)
    with pytest.raises(InvalidSpec, match="cannot be read as torch weights"):
        read_checkpoint(forged(tmp_path / "a.pth", huge))


def itself() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["model"] = found
    return found


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        (nn.Linear(2, 3), r"holds Python objects \(torch.nn.modules.linear Linear\)"),
        ({"a": torch.zeros(1), "best": np.float64(0.5)}, r"holds Python objects \(numpy"),
        ([torch.zeros(1)], r"has no weights by name; save model.state_dict\(\)"),
        ({0: torch.zeros(1)}, "has no weights by name"),
        ({"a": 3}, "a is not a tensor of numbers"),
        ({"a": torch.zeros(2, 2).to_sparse()}, r"holds Python objects \(torch._utils _rebuild_sparse_tensor\)"),
        (itself(), "model is not a tensor of numbers"),
    ],
)
def test_what_is_no_state_of_a_network(saved: Any, message: str, tmp_path: Path) -> None:
    torch.save(saved, tmp_path / "a.pth")
    with pytest.raises(InvalidSpec, match=message):
        read_checkpoint(tmp_path / "a.pth")


def test_archives_that_torch_does_not_write(tmp_path: Path) -> None:
    plain = pickle.dumps({}, protocol=2)
    with pytest.raises(InvalidSpec, match="is compressed, which"):
        read_checkpoint(forged(tmp_path / "a.pth", plain, zipfile.ZIP_DEFLATED))
    with pytest.raises(InvalidSpec, match="of at most 4,194,304 bytes"):
        read_checkpoint(forged(tmp_path / "b.pth", plain + bytes(MAX_PICKLE)))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("pictures/cat.png", b"")
    with pytest.raises(InvalidSpec, match=r"c.zip is not a file of torch.save"):
        read_checkpoint(tmp_path / "c.zip")
    (tmp_path / "d.pth").write_bytes(b"PK\x03\x04 no such file")
    with pytest.raises(InvalidSpec, match="cannot be read as torch weights: File is not a zip file"):
        read_checkpoint(tmp_path / "d.pth")


def test_files_of_an_old_torch(tmp_path: Path) -> None:
    torch.save(STATE, tmp_path / "a.pth", _use_new_zipfile_serialization=False)
    with pytest.raises(InvalidSpec, match=r"was saved by torch before 1.6; load it with torch and save its state_dict"):
        read_checkpoint(tmp_path / "a.pth")


@pytest.mark.parametrize("path", ["gone.pth", "."])
def test_a_missing_file_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidSpec, match=r"cannot be read: (No such file|Is a directory)"):
        read_checkpoint(tmp_path / path)
