import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import StoreError
from core.store import files


def test_what_is_written_is_read(tmp_path: Path) -> None:
    weights = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::-1],
        "b": np.array([7], np.int64),
        "c": np.array(7, np.int64),
    }
    frame = pd.DataFrame({"x": [1, 2], "y": ["a", None]})
    files.write_weights(tmp_path / "deep/w.safetensors", weights)
    files.write_table(tmp_path / "t.parquet", frame)
    files.write_json(tmp_path / "j.json", {"a": [1, None]})
    back = files.read_weights(tmp_path / "deep/w.safetensors")
    assert {name: value.tolist() for name, value in back.items()} == {k: v.tolist() for k, v in weights.items()}
    pd.testing.assert_frame_equal(files.read_table(tmp_path / "t.parquet"), frame, check_dtype=False)
    assert files.read_json(tmp_path / "j.json") == {"a": [1, None]}


def test_a_file_is_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.json"
    files.write_json(path, 1)

    def broken(source: Path, target: Path) -> None:
        assert Path(source).exists()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(StoreError, match="the disk of the store is full"):
        files.write_json(path, 2)
    assert files.read_json(path) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["f.json"]  # no part is left behind


@pytest.mark.parametrize("read", [files.read_json, files.read_table, files.read_weights])
def test_missing_and_damaged_files_are_one_sentence(read, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        read(tmp_path / "none")
    (tmp_path / "bad").write_bytes(b"\x00not what it should be")
    with pytest.raises(StoreError, match="bad cannot be read"):
        read(tmp_path / "bad")


def test_remove_folder(tmp_path: Path) -> None:
    files.write_json(tmp_path / "a/b/c.json", 1)
    files.remove_folder(tmp_path / "a")
    files.remove_folder(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
