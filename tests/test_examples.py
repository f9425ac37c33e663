import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core import RunSpec, Store, examples, plan
from core.specs import METHODS, make_spec
from core.specs.methods.mu_mis import MuMis
from core.store import GALLERY


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
    """MU-Mis on a part of a class."""
    part = next(entry for entry in examples.examples() if entry.title == "A third of one class")
    run = examples.shipped(part.spec)
    assert run is not None
    assert run.result["gap"]["average"] > 10 * run.result["gold_spread"]["average"]


def test_a_digit_is_forgotten_without_a_training() -> None:
    for spec in examples.WHOLE_CLASSES:
        planned = plan(spec.replace(method=MuMis()), models=Store().models)
        assert planned.to_train == [], f"{spec.forget.text}: run python -m core gallery build"


def test_what_is_shipped_is_small() -> None:
    assert sum(path.stat().st_size for path in GALLERY.parent.rglob("*") if path.is_file()) < 45e6


def test_a_build_keeps_its_models_and_a_rebuilt_example_is_the_shipped_one(
    quick: Callable[..., RunSpec], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a gallery of one example and the models of one class."""
    spec, of_class = quick(gold_seeds=(1,)), quick("none", "class=4", gold_seeds=(1,))
    monkeypatch.setattr(examples, "GALLERY", tmp_path)
    monkeypatch.setattr(examples, "examples", lambda: (examples.Example("Tiny", "", spec),))
    monkeypatch.setattr(examples, "shipped_specs", lambda: {spec: "Tiny"})
    monkeypatch.setattr(examples, "WHOLE_CLASSES", (of_class,))
    assert examples.build() == 0
    assert examples.shipped(of_class) is None  # only its models are shipped
    assert examples.verify() == 0  # trains all of them anew
    assert "Tiny: largest difference 0.0000" in capsys.readouterr().out
    keys = {model.key for each in (spec, of_class) for model in plan(each).models.values()}
    assert {path.name for path in (tmp_path / "models").iterdir()} == {
        f"{key}.{kind}" for key in keys for kind in ("json", "parquet", "safetensors")
    }
    monkeypatch.setattr("core.experiment.trained_models.train", None)  # nothing is trained from here on
    assert examples.build() == 0


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
    monkeypatch.setattr(examples, "shipped_specs", lambda: {kept.spec: kept.title, absent.spec: absent.title})
    monkeypatch.setattr(examples, "WHOLE_CLASSES", ())
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
