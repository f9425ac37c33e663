import shutil
from pathlib import Path

import pytest

from core import examples
from core.specs import METHODS, make_spec


def test_the_examples_are_sound_and_shipped() -> None:
    entries = examples.examples()
    assert len({entry.spec.id for entry in entries}) == len(entries)
    for entry in entries:
        run = examples.shipped(entry.spec)
        assert run is not None, f"{entry.title}: run python -m core gallery build"
        assert run.spec == entry.spec
        assert run.result["run"] == entry.spec.id
        assert set(run.samples()["role"]) == {*run.result["models"], "unlearned"}
    assert {entry.spec.method.name for entry in entries} <= set(METHODS)


def test_a_failure_is_among_them() -> None:
    """The issue asks for one: the paper's fixed rate on a small network."""
    paper = next(entry for entry in examples.examples() if getattr(entry.spec.method, "variant", "") == "paper")
    run = examples.shipped(paper.spec)
    assert run is not None
    assert run.result["gap"]["average"] > 10 * run.result["gold_spread"]["average"]


def test_a_rebuilt_example_is_the_shipped_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert examples.verify(1) == 0
    assert "largest difference" in capsys.readouterr().out


def test_differences() -> None:
    old = {"accuracy": {"original": {"FA": 1.0, "FA_test": None}, "unlearned": {"FA": 0.25, "FA_test": None}}}
    new = {"accuracy": {"original": {"FA": 1.0, "FA_test": None}, "unlearned": {"FA": 0.5, "FA_test": None}}}
    assert examples.differences(old, new) == {"original.FA": 0.0, "unlearned.FA": 0.25}


def test_without_its_images_an_example_stays_as_it_is_shipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One example without images that is shipped, one that is not, on a copy of the shipped ones."""
    kept = next(entry for entry in examples.examples() if examples.shipped(entry.spec))
    absent = examples.Example("Photographs", "", make_spec("cifar10", "class=3"))
    run = examples.shipped(kept.spec)
    assert run is not None
    before = run.files()
    shutil.copytree(examples.GALLERY, tmp_path / "gallery")
    monkeypatch.setattr(examples, "GALLERY", tmp_path / "gallery")
    monkeypatch.setattr(examples, "examples", lambda: (kept, absent))
    monkeypatch.setattr(examples, "is_available", lambda data: False)
    assert examples.verify() == 0
    assert examples.build() == 0
    out = capsys.readouterr().out
    assert f"{kept.title}: kept as shipped; the images of {kept.spec.model.data.name} are not on this" in out
    assert "Photographs: not built; the images of cifar10 are not on this machine" in out
    assert f"{kept.title}: not checked" in out
    found = examples.shipped(kept.spec)
    assert found is not None
    assert found.root == tmp_path / "gallery"
    assert found.files() == before
    assert {path.stem for path in (tmp_path / "gallery/models").iterdir()} == set(run.result["models"].values())
