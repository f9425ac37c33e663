"""Against the tables that the same run wrote."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from core import InvalidSpec, RunSpec, Store, build_model, load_dataset
from core.analysis.single_image import in_models
from core.inspection import answers, image_and_label, maps, models_of
from core.jobs.worker import attempt
from core.specs.inspection import InspectSpec
from core.store import RunFolder

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def run(quick: Callable[..., RunSpec], tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    store = Store(tmp_path_factory.mktemp("inspected"))
    run = store.submit(quick("gradient-ascent"))
    assert attempt(store, run, "cpu") == "done"
    return store.run(run)


@pytest.fixture(scope="module")
def models(run: RunFolder) -> dict[str, torch.nn.Module]:
    return models_of(run, CPU)


def test_answers_are_those_of_the_samples(run: RunFolder, models: dict[str, torch.nn.Module]) -> None:
    samples = run.samples()
    number = int(samples.loc[samples["split"] == "forget", "index"].iloc[0])
    image, label = image_and_label(Store(run.root), run, InspectSpec(run=run.run, image=str(number)))
    rows = samples[samples["index"] == number].set_index("role")
    assert label == rows["label"].iloc[0]
    found = in_models(answers(models, image), label).set_index("role")
    assert found.index.tolist() == ["initial", "original", "unlearned", "gold-1", "gold-2"]
    wanted = rows.loc[found.index, list(found.columns)].astype(float)
    pd.testing.assert_frame_equal(found.astype(float), wanted, check_dtype=False, rtol=1e-4, atol=1e-5)


def test_probabilities_add_up(models: dict[str, torch.nn.Module]) -> None:
    found = answers(models, load_dataset("digits").test.images[0])
    assert found.groupby("role")["probability"].sum().tolist() == pytest.approx([1.0] * len(models))


@pytest.mark.parametrize("kind", ["smoothgrad", "integrated_gradients"])
def test_maps_of_two_logits_in_every_model(kind: str, models: dict[str, torch.nn.Module]) -> None:
    image = load_dataset("digits").test.images[0]
    found = maps(models, image, (3, 5), kind)
    assert set(found) == set(models)
    assert {each.shape for each in found.values()} == {(2, 8, 8)}
    assert np.array_equal(maps(models, image, (5, 3), kind)["original"], found["original"][::-1])  # the same noise


def test_maps_of_a_kind_that_small_images_have_not(models: dict[str, torch.nn.Module]) -> None:
    assert maps(models, load_dataset("digits").test.images[0], (3, 5), "grad_cam") == {}


def test_maps_of_three_golds_at_most() -> None:
    model = build_model("resnet-tiny", 3, 1, 8, seed=0, width=4)
    roles = ["original", "unlearned", *(f"gold-{seed}" for seed in range(1, 6))]
    found = maps(dict.fromkeys(roles, model), np.zeros((1, 8, 8), np.uint8), (0, 1), "smoothgrad")
    assert list(found) == ["original", "unlearned", "gold-1", "gold-2", "gold-3"]


def test_a_picture_of_ones_own_is_brought_to_the_shape_of_the_data(store: Store) -> None:
    name = store.inspections.keep_picture(np.full((3, 40, 40), 99, np.uint8))
    run: Any = SimpleNamespace(spec=SimpleNamespace(model=SimpleNamespace(data=SimpleNamespace(
        info=SimpleNamespace(shape=(1, 8, 8))))))  # fmt: skip
    image, label = image_and_label(store, run, InspectSpec(run="abc", image=name))
    assert np.array_equal(image, np.full((1, 8, 8), 99))
    assert label is None


def test_an_image_that_is_not_there(run: RunFolder) -> None:
    with pytest.raises(InvalidSpec, match="image 99999 is not in this data set"):
        image_and_label(Store(run.root), run, InspectSpec(run=run.run, image="99999"))
