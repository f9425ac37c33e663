import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from core import make_spec
from core.cli import main
from core.models import get_state, model_for
from core.paths import data_root
from core.specs import own_datasets


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    path = tmp_path / "faces.npz"
    np.savez(
        path, class_names=np.array(["Ann", "Bob", "Eve"]),
        x_train=rng.integers(0, 256, (60, 8, 8), dtype=np.uint8), y_train=np.arange(60) % 3,
        x_test=rng.integers(0, 256, (9, 8, 8), dtype=np.uint8), y_test=np.arange(9) % 3,
    )  # fmt: skip
    return path


def test_own_images_are_added_and_planned_under_one_name(faces, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("UNLEARN_DATA", str(tmp_path / "data"))
    assert main(["add", f"npz:{faces}"]) == 0
    name, about = capsys.readouterr().out.strip().split("\t")
    assert list(own_datasets()) == [name]
    assert about == "69 images of your own, 8x8, in 3 classes."
    assert main(["list", "datasets"]) == 0
    assert f"{name}\t{about}" in capsys.readouterr().out
    plans = []
    for word in (name, f"npz:{faces}"):
        assert main(["plan", "--dataset", word, "--forget", "class=Bob", "--json"]) == 0
        plans.append(json.loads(capsys.readouterr().out.splitlines()[-1]))
    assert plans[0] == plans[1]
    assert plans[0]["forget"]["size"] == 16  # of 20, 4 are held back


def test_the_output_names_what_was_left_out(tmp_path, capsys):
    for split in ("train", "val"):
        for name in ("cat", "dog"):
            (tmp_path / "pets" / split / name).mkdir(parents=True)
            for n in range(12):
                Image.new("L", (8, 8), n).save(tmp_path / "pets" / split / name / f"{n}.jfif", "JPEG")
    (tmp_path / "pets" / "train" / "bird").mkdir()
    assert main(["add", f"folder:{tmp_path / 'pets'}"]) == 0
    said = capsys.readouterr()
    assert said.out.endswith("\t48 images of your own, 8x8, in 2 classes.\n")
    assert said.err.splitlines()[-3:] == [
        "- train/ is the training set, val/ is the test set.",
        "- Left out: folders without images (1: train/bird).",
        "- 24 of the 24 test images are training images too (identical pixels), so test accuracies are not on unseen "
        "images only.",
    ]


def test_a_run_on_own_images(faces, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("UNLEARN_DATA", str(tmp_path / "data"))
    words = ["--dataset", f"npz:{faces}", "--forget", "class=Bob", "--method", "none", "--gold-seeds", "1"]
    assert main(["run", *words, "--set", "model.train.epochs=1", "--set", "model.train.batch_size=16", "--json"]) == 0
    spec = json.loads(capsys.readouterr().out.splitlines()[-1])["spec"]
    assert spec["model"]["data"]["name"] in own_datasets()
    assert "faces" not in json.dumps(spec)


def test_root_sets_the_data_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("UNLEARN_DATA", str(tmp_path / "one"))
    assert main(["plan", "--dataset", "mnist", "--root", str(tmp_path / "two")]) == 2
    assert f"mnist is not in {tmp_path / 'two'}; download it" in capsys.readouterr().err
    assert data_root() == tmp_path / "two"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["download", "digits"], "data set 'digits' can't be downloaded; choose cifar10, .* or mnist"),
        (["add", "gone.npz"], "'gone.npz' is not a path to images"),
        (["add", "npz:gone.npz"], "gone.npz cannot be read as npz"),
        (["plan", "--dataset", "folder:gone"], "gone is not a folder"),
        (["add", "zip:gone.zip"], "gone.zip cannot be read as a zip file"),
        (["add-weights", "gone", "--dataset", "digits"], "gone cannot be read: No such file"),
        (["plan", "--dataset", "digits", "--weights", "gone"], "model.weights = 'gone' is not allowed"),
        (["plan", "--dataset", "digits", "--weights", "0" * 20], "weights 0{20} are not on this machine"),
    ],
)
def test_what_is_refused_is_one_line(words, message, own_store, capsys):
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert re.search(message, said)
    assert not own_store.exists()


def test_weights_are_added_listed_and_planned_with(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("UNLEARN_DATA", str(tmp_path / "data"))
    save_file(get_state(model_for(make_spec("digits").model)), tmp_path / "mine.safetensors")
    assert main(["add-weights", str(tmp_path / "mine.safetensors"), "--dataset", "digits"]) == 0
    name, about = capsys.readouterr().out.strip().split("\t")
    normalised = "normalised by mean 0.305 and std 0.376 (from the file)"
    assert re.fullmatch(rf"[\d.]+% test accuracy \(447 images\), {re.escape(normalised)}", about)
    assert main(["list", "weights"]) == 0
    assert capsys.readouterr().out == f"{name}\tresnet-tiny\tdigits\tmine\n"
    assert main(["plan", "--dataset", "digits", "--weights", name, "--gold-seeds", "0", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert planned["spec"]["model"]["weights"] == name
    assert planned["seconds"]["original"] == 0
    assert "were imported, not trained here" in planned["notes"][0]
    assert main(["plan", "--dataset", "digits", "--weights", name, "--arch", "allcnn"]) == 2
    assert f"{name} are for resnet-tiny on digits, not for allcnn" in capsys.readouterr().err
