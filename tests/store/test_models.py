import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import NotFound
from core.store import ModelFolder, SavedModel
from core.store.store import PROJECT


@pytest.fixture
def model() -> SavedModel:
    return SavedModel({"w": np.ones(2, np.float32)}, pd.DataFrame({"index": [0, 1]}), {"seconds": 1.0})


def test_a_mapping_of_models(tmp_path: Path, model: SavedModel) -> None:
    models = ModelFolder(tmp_path / "models")
    assert "k" not in models
    assert len(models) == 0
    models["k"] = model
    assert list(models) == ["k"]
    assert models["k"].weights["w"].tolist() == [1, 1]
    assert models.record("k") == {"seconds": 1.0}
    assert models.table("k")["index"].tolist() == [0, 1]
    del models["k"]
    assert "k" not in models
    for read in (models.__getitem__, models.record, models.table, models.__delitem__):
        with pytest.raises(NotFound, match="model k is not in"):
            read("k")


def test_only_the_table_of_a_kept_model_changes(tmp_path: Path, model: SavedModel) -> None:
    models = ModelFolder(tmp_path)
    models["k"] = model
    models["k"] = SavedModel({"w": np.zeros(2, np.float32)}, pd.DataFrame({"index": [5]}), model.record)
    assert models["k"].weights["w"].tolist() == [1, 1]
    assert models["k"].table["index"].tolist() == [5]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_shipped_models_are_read_and_never_written(tmp_path: Path, model: SavedModel) -> None:
    shipped = ModelFolder(tmp_path / "shipped")
    shipped["k"] = model
    before = files(shipped.folder)
    models = ModelFolder(tmp_path / "own", shipped.folder)
    assert "k" in models
    assert "other" not in models
    assert models["k"].weights["w"].tolist() == [1, 1]
    assert models.table("k")["index"].tolist() == [0, 1]
    assert models.record("k") == {"seconds": 1.0, "shipped": True}
    assert list(models) == []
    with pytest.raises(NotFound, match=f"model k is not in {models.folder}"):
        del models["k"]
    models["k"] = SavedModel(model.weights, pd.DataFrame({"index": [5]}), model.record)
    assert models.table("k")["index"].tolist() == [5]
    assert models.record("k") == model.record
    del models["k"]
    assert models.table("k")["index"].tolist() == [0, 1]
    assert files(shipped.folder) == before


def test_an_adopted_model_stays_when_it_is_no_longer_shipped(tmp_path: Path, model: SavedModel) -> None:
    shipped = ModelFolder(tmp_path / "shipped")
    shipped["k"] = model
    models = ModelFolder(tmp_path / "own", shipped.folder)
    models.adopt("k")
    models.adopt("other")  # neither here nor shipped: nothing happens
    del shipped["k"]
    assert list(models) == ["k"]
    assert models["k"].weights["w"].tolist() == [1, 1]
    assert models.record("k") == {"seconds": 1.0, "shipped": True}
    before = files(models.folder)
    models.adopt("k")
    assert files(models.folder) == before


def test_a_checkpoint_goes_when_the_model_is_there(tmp_path: Path, model: SavedModel) -> None:
    models = ModelFolder(tmp_path)
    assert models.checkpoint("k") is None
    models.save_checkpoint("k", {"epoch": np.array([3])})
    saved = models.checkpoint("k")
    assert saved is not None
    assert saved["epoch"].tolist() == [3]
    models["k"] = model
    assert models.checkpoint("k") is None
    assert not list(tmp_path.glob("*checkpoint*"))


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from core.store import ModelFolder\n"
        "with ModelFolder(Path(sys.argv[1])).lock('k'):\n  print('held', flush=True)\n  sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        lock = ModelFolder(tmp_path).lock("k")
        with pytest.raises(TimeoutError), lock.acquire(timeout=0.05):  # type: ignore[attr-defined]
            pass
        holder.kill()
    with lock.acquire(timeout=5):  # type: ignore[attr-defined]
        pass
