from core.paths import PROJECT, data_root, default_store, prepared_folder


def test_where_things_lie(monkeypatch, tmp_path):
    for name in ("UNLEARN_STORE", "UNLEARN_DATA"):
        monkeypatch.delenv(name, raising=False)
    assert (PROJECT / "app.py").is_file()
    assert default_store() == PROJECT / ".store"
    assert data_root() == PROJECT / ".store" / "data"
    monkeypatch.setenv("UNLEARN_STORE", str(tmp_path / "store"))
    assert data_root() == tmp_path / "store" / "data"
    monkeypatch.setenv("UNLEARN_DATA", str(tmp_path / "data"))
    assert default_store() == tmp_path / "store"
    assert prepared_folder("npz:12") == tmp_path / "data" / "prepared" / "npz-12"
    assert prepared_folder("mnist", tmp_path) == tmp_path / "prepared" / "mnist"
