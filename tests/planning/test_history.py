import os
from pathlib import Path

from core.planning.history import MAX_RECORDS, look_back
from core.store import write_json


def test_newest_first_and_own_before_others(tmp_path: Path) -> None:
    for n, (root, name) in enumerate([("gallery", "g"), ("own", "old"), ("own", "new")]):
        path = tmp_path / root / "models" / f"{name}.json"
        write_json(path, {"name": name})
        os.utime(path, (n, n))
    write_json(tmp_path / "own/runs/r/result.json", {"run": "r", "spec": {}, "seconds": {}, "device": "cpu"})
    write_json(tmp_path / "own/runs/damaged/result.json", {"run": "damaged"})
    past = look_back(tmp_path / "own", tmp_path / "gallery", tmp_path / "missing")
    assert [record["name"] for record in past.records] == ["new", "old", "g"]
    assert [result["run"] for result in past.results] == ["r"]


def test_copies_of_shipped_models_are_not_this_machines_past(tmp_path: Path) -> None:
    write_json(tmp_path / "own/models/copy.json", {"name": "g", "shipped": True})
    write_json(tmp_path / "gallery/models/g.json", {"name": "g"})
    assert look_back(tmp_path / "own", tmp_path / "gallery").records == ({"name": "g"},)


def test_damaged_files_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/bad.json").write_text("{")
    write_json(tmp_path / "models/good.json", {"name": "good"})
    assert [record["name"] for record in look_back(tmp_path).records] == ["good"]


def test_only_so_many_are_read(tmp_path: Path) -> None:
    for n in range(MAX_RECORDS + 3):
        write_json(tmp_path / f"models/{n}.json", {})
    assert len(look_back(tmp_path).records) == MAX_RECORDS
