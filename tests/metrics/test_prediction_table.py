from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from core import make_spec
from core.datasets import Dataset, Split, load_dataset
from core.inference import accuracy, predict
from core.metrics.prediction_table import (
    NORM_CLASSES,
    NORMS,
    fill_norms,
    image_norms,
    missing_norms,
    norm_ids,
    prediction_table,
    seeded_part,
)
from core.models import build_model, model_for
from core.sensitivity import input_gradient_norms
from core.specs import DataSpec, MeasureSpec, TrainSpec
from core.training import tensors, train

CPU = torch.device("cpu")
COLUMNS = ["index", "split", "label", "subclass", "prediction", "probability", "margin", "loss", *NORMS]


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits")


@pytest.fixture(scope="module")
def model(digits: Dataset) -> nn.Module:
    model = model_for(make_spec("digits", settings={"model.width": 8}).model)
    for _ in train(model, digits.train, TrainSpec(epochs=2), generator=torch.Generator().manual_seed(0)):
        pass
    with torch.no_grad():
        model.head.bias -= 10  # only differences of logits count, and none of them may be taken to 0
    return model


@pytest.fixture(scope="module")
def table(model: nn.Module, digits: Dataset) -> pd.DataFrame:
    return prediction_table(model, digits)


def test_predictions_do_not_depend_on_the_batches(model: nn.Module, digits: Dataset):
    images, labels = tensors(digits.test.take(slice(50)), CPU)
    with torch.no_grad():
        expected = model(images / 255)
    for size in (1, 7, 1024):
        torch.testing.assert_close(predict(model, images, batch_size=size), expected)
    logits = predict(model.train(), images)  # in eval mode nevertheless
    assert model.training
    model.eval()
    torch.testing.assert_close(logits, expected)
    assert not logits.requires_grad
    assert accuracy(model, images, labels) == (expected.argmax(1) == labels).double().mean().item()


def test_a_table_has_a_row_for_every_image(table: pd.DataFrame, digits: Dataset):
    assert list(table.columns) == COLUMNS
    assert table["split"].value_counts().to_dict() == {"train": 900, "pool": 450, "test": 447}
    for name, split in digits.splits.items():
        rows = table[table["split"] == name]
        np.testing.assert_array_equal(rows["index"], split.index)
        np.testing.assert_array_equal(rows["label"], split.labels)
    assert table["subclass"].isna().all()
    assert table[NORMS].isna().all(axis=None)
    kinds = {name: str(kind) for name, kind in table.dtypes.items()}
    assert {kinds[name] for name in ("index", "label", "prediction")} == {"int64"}
    assert {kinds[name] for name in ("probability", "margin", "loss", *NORMS)} == {"float32"}
    assert (kinds["split"], kinds["subclass"]) == ("str", "Int64")


def test_the_columns_against_their_definitions(table: pd.DataFrame, model: nn.Module, digits: Dataset):
    logits = predict(model, tensors(digits.test, CPU)[0]).double().numpy()
    rows = table[table["split"] == "test"]
    for row, values in zip(rows.itertuples(), logits, strict=True):
        shares = np.exp(values) / np.exp(values).sum()
        assert row.prediction == values.argmax()
        assert row.probability == pytest.approx(shares[row.label], rel=1e-4)
        assert row.loss == pytest.approx(-np.log(shares[row.label]), rel=1e-4, abs=1e-6)
        assert row.margin == pytest.approx(values[row.label] - np.delete(values, row.label).max(), rel=1e-4, abs=1e-5)
        assert (row.margin > 0) == (row.prediction == row.label)


def test_the_table_has_subclasses_and_a_pool_may_be_missing():
    families = load_dataset(DataSpec(name="digits-families", pool=False))
    table = prediction_table(model_for(make_spec("digits-families", settings={"model.width": 4}).model), families)
    assert set(table["split"]) == {"train", "test"}
    np.testing.assert_array_equal(table["subclass"][:1350].to_numpy(int), families.train.subclass)
    np.testing.assert_array_equal(np.asarray(families.parent)[table["subclass"].to_numpy(int)], table["label"])


# --- which images are measured ----------------------------------------------------------------------------------------


def test_norms_are_measured_on_all_forget_images_and_as_many_others(digits: Dataset):
    forget = digits.train.index[digits.train.labels == 3]
    ids = norm_ids(digits, forget, forget, MeasureSpec())
    assert (np.diff(ids) > 0).all()
    retain = np.setdiff1d(digits.train.index, forget)
    assert set(forget) <= set(ids)
    assert np.isin(ids, retain).sum() == np.isin(ids, digits.test.index).sum() == len(forget)
    assert not np.isin(ids, digits.pool.index).any()
    np.testing.assert_array_equal(ids, norm_ids(digits, forget, forget, MeasureSpec()))


def test_norms_of_retained_images_are_not_those_of_earlier_requests(digits: Dataset):
    forget, before = (digits.train.index[digits.train.labels == c] for c in (3, 4))
    ids = norm_ids(digits, forget, np.concatenate([before, forget]), MeasureSpec())
    assert not np.isin(ids, before).any()
    assert np.isin(ids, digits.train.index).sum() == 2 * len(forget)  # the forget images, and as many retained ones


def test_measuring_has_a_limit_per_split(digits: Dataset):
    forget = digits.train.index[digits.train.labels < 8]
    ids = norm_ids(digits, forget, forget, MeasureSpec(norm_images=40))
    retain = np.setdiff1d(digits.train.index, forget)
    assert [np.isin(ids, part).sum() for part in (forget, retain, digits.test.index)] == [40, 40, 40]
    ids = norm_ids(digits, forget, forget, MeasureSpec(norm_images=300))  # fewer retained images than that: all of them
    assert [np.isin(ids, part).sum() for part in (forget, retain, digits.test.index)] == [300, len(retain), 300]


def test_a_seeded_part(digits: Dataset):
    ids = digits.train.index
    assert seeded_part(ids, 900, np.random.default_rng(0)) is ids
    part = seeded_part(ids, 100, np.random.default_rng(0))
    assert len(np.unique(part)) == 100
    assert (np.diff(part) > 0).all()
    assert not np.array_equal(part, ids[:100])


# --- norms ------------------------------------------------------------------------------------------------------------


def test_norms_are_filled_in_where_they_are_missing(table: pd.DataFrame, model: nn.Module, digits: Dataset):
    ids = np.concatenate([split.index[:5] for split in digits.splits.values()])
    filled, untouched = table.copy(), table.copy()
    np.testing.assert_array_equal(missing_norms(filled, ids), np.sort(ids))
    shallow = filled.copy(deep=False)
    assert list(fill_norms(model, filled, digits, ids, batch_size=2)) == [2, 4, 5, 7, 9, 10, 12, 14, 15]
    assert missing_norms(filled, ids).size == 0
    assert list(missing_norms(filled, digits.train.index[:7])) == [5, 6]

    pd.testing.assert_frame_equal(shallow, untouched)
    pd.testing.assert_frame_equal(filled.drop(columns=NORMS), untouched.drop(columns=NORMS))
    assert set(map(str, filled[NORMS].dtypes)) == {"float32"}
    assert filled["target_norm"].notna().sum() == 15
    for split in digits.splits.values():
        rows = filled[filled["index"].isin(split.index[:5])]
        np.testing.assert_allclose(rows[NORMS], image_norms(model, split.take(slice(5))), rtol=1e-5)


def test_norms_can_be_filled_into_a_table_from_disk(
    table: pd.DataFrame, model: nn.Module, digits: Dataset, tmp_path: Path
):
    table.to_parquet(tmp_path / "table.parquet")
    read = pd.read_parquet(tmp_path / "table.parquet").sample(frac=1, random_state=0)  # rows in any order
    ids = digits.test.index[:4]
    assert list(fill_norms(model, read, digits, ids)) == [4]
    by_id = read.set_index("index").loc[ids]
    np.testing.assert_allclose(by_id[NORMS], image_norms(model, digits.test.take(slice(4))), rtol=1e-5)
    assert set(map(str, read[NORMS].dtypes)) == {"float32"}
    assert read["target_norm"].notna().sum() == 4


def test_without_missing_norms_nothing_is_measured(table: pd.DataFrame, model: nn.Module, digits: Dataset):
    assert list(fill_norms(model, table.copy(), digits, np.array([], dtype=int))) == []


def test_the_three_norms_of_few_classes_are_exact(model: nn.Module, digits: Dataset):
    split = digits.test.take(slice(20))
    norms = input_gradient_norms(model, torch.tensor(split.images)).double().numpy()
    found = image_norms(model, split)
    assert (found.dtype, found.shape) == (np.float32, (20, 3))
    for row, each, label in zip(found, norms, split.labels, strict=True):
        others = np.delete(each, label)
        np.testing.assert_allclose(row, [each[label], others.mean(), np.sqrt((each**2).sum())], rtol=1e-5)


class Linear(nn.Module):
    """K logits, linear in two pixels: logit k has the gradient (norms[k], 0)."""

    def __init__(self, norms: np.ndarray) -> None:
        super().__init__()
        self.head = nn.Linear(2, len(norms))
        with torch.no_grad():
            self.head.weight.copy_(torch.tensor(np.stack([norms, 0 * norms], axis=1)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(x.flatten(1))


def pairs(count: int, label: int) -> Split:
    return Split(np.zeros((count, 1, 1, 2), np.uint8), np.full(count, label), np.arange(count))


def test_above_twenty_classes_the_estimates_are_right_on_average():
    norms = np.random.default_rng(0).uniform(0, 2, 50)
    found = image_norms(Linear(norms), pairs(2000, label=7)).astype(float)
    others = np.delete(norms, 7)
    np.testing.assert_allclose(found[:, 0], norms[7], rtol=1e-5)
    # 20 of 49 drawn without repetition: the standard error of one mean is sd / sqrt(20) * sqrt(29 / 48).
    error = np.sqrt(29 / 48 / 20)
    assert found[:, 1].std() == pytest.approx(others.std() * error, rel=0.1)
    assert found[:, 1].mean() == pytest.approx(others.mean(), abs=4 * others.std() * error / np.sqrt(2000))
    squares = (found[:, 2] ** 2).mean()
    assert squares == pytest.approx((norms**2).sum(), abs=4 * 49 * (others**2).std() * error / np.sqrt(2000))


def test_above_twenty_classes_the_drawn_classes_belong_to_the_image():
    rng = np.random.default_rng(1)
    model = Linear(rng.uniform(1, 2, 50))
    alone, among = pairs(1, 7), pairs(9, 7)
    np.testing.assert_allclose(image_norms(model, alone)[0], image_norms(model, among)[0], rtol=1e-6)
    own = np.zeros(50)
    own[7] = 100.0  # the label is never among the drawn ones
    np.testing.assert_array_equal(image_norms(Linear(own), among)[:, 1], 0)


def test_twenty_classes_are_still_exact():
    norms = np.arange(1.0, NORM_CLASSES + 1)
    found = image_norms(Linear(norms), pairs(3, label=19))
    # 1 + ... + 19 = 190 over 19 classes, and 1 + 4 + ... + 400 = 20 * 21 * 41 / 6
    np.testing.assert_allclose(found, [[20, 10, np.sqrt(2870)]] * 3, rtol=1e-6)


def test_the_model_is_left_as_it_was_found(digits: Dataset):
    model = build_model("resnet-tiny", 10, 1, 8, 0, width=4)
    model.head.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    table = prediction_table(model, digits)
    list(fill_norms(model, table, digits, digits.test.index[:3]))
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
