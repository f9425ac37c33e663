"""Slices: subsets of a run's images by class, split, outcome or norm, with their metrics. No torch.

An image's outcome compares the unlearned model with gold. Gold is right on an image if at least half of the golds are:

    unlearned  gold     of a forgotten image  of any other image
    right      right    kept as gold          right as gold
    wrong      wrong    forgotten as gold     wrong as gold
    right      wrong    not forgotten         better than gold
    wrong      right    over-forgotten        harmed

Without gold the outcome is right or wrong.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.metrics.accuracy import ACCURACY_SPLITS
from core.roles import gold_roles

OUTCOMES = ("kept as gold", "forgotten as gold", "not forgotten", "over-forgotten")
OTHER_OUTCOMES = ("right as gold", "wrong as gold", "better than gold", "harmed")
NO_GOLD = ("right", "wrong")
VALUES = ["prediction", "probability", "loss", "target_norm", "irrelevant_norm"]
TRAINING = ("forget", "forgotten", "retain")
SLICE_METRICS = (*ACCURACY_SPLITS, "probability", "agreement", "target_norm", "irrelevant_norm")


@dataclass(frozen=True)
class Images:
    """All images of a run.

    Attributes:
        about: one row per image, by id: index, split, label, subclass, outcome, hardness (the original's loss), change
            (of the label's probability by the unlearning, absolute), easy (predicted easy by TMU; null for other images
            and methods).
        values: name -> one row per image, as in ``about``, and one column per role; the names are ``VALUES``.
    """

    about: pd.DataFrame
    values: dict[str, pd.DataFrame]

    @property
    def roles(self) -> list[str]:
        return list(self.values["prediction"])

    @property
    def golds(self) -> list[str]:
        return gold_roles(self.roles)

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """``metrics`` of all images."""
        return metrics(self, np.ones(len(self.about), dtype=bool))


@dataclass(frozen=True)
class Slice:
    """A selection of images; empty or None fields do not filter.

    Attributes:
        labels, subclasses: classes and sub-classes.
        splits: forget, retain, test, pool, forgotten.
        outcomes: of forget images or other images.
        easy: predicted easy (True) or hard (False) by TMU.
        norm, role, low, high: images whose norm in this model was measured and is in this range, ends included.
        ids: ids of single images.
    """

    labels: tuple[int, ...] = ()
    subclasses: tuple[int, ...] = ()
    splits: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    easy: bool | None = None
    norm: str = "target_norm"
    role: str = "unlearned"
    low: float | None = None
    high: float | None = None
    ids: tuple[int, ...] = ()


def images_of(samples: pd.DataFrame) -> Images:
    """One row per image from the rows of every role.

    Args:
        samples: role, split, index, label, subclass and ``VALUES``, of every image in every role; easy on rows of TMU.
    """
    rows = samples.astype({"role": "category", "split": "category"}).sort_values(["role", "index"], ignore_index=True)
    roles = rows["role"].cat.categories.tolist()
    values = {name: pd.DataFrame(rows[name].to_numpy().reshape(len(roles), -1).T, columns=roles) for name in VALUES}
    own = rows[rows["role"] == "unlearned"].reset_index(drop=True)
    right = values["prediction"].eq(own["label"], axis=0)
    golds = right[gold_roles(roles)]
    removed = own["split"].isin(["forget", "forgotten"])
    outcomes = outcome(right["unlearned"].to_numpy(), golds.to_numpy(), removed.to_numpy())
    about = own[["index", "split", "label", "subclass"]].assign(
        outcome=pd.Categorical(outcomes),
        hardness=values["loss"]["original"],
        change=(values["probability"]["unlearned"] - values["probability"]["original"]).abs(),
        easy=own["easy"].astype("boolean") if "easy" in own else pd.array([None] * len(own), dtype="boolean"),
    )
    return Images(about, values)


def outcome(right: np.ndarray, golds_right: np.ndarray, forget: np.ndarray) -> np.ndarray:
    """The outcome of every image.

    Args:
        right: bool (N,), of the unlearned model.
        golds_right: bool (N, K).
        forget: bool (N,), the forgotten images.
    """
    if not golds_right.shape[1]:
        return np.where(right, *NO_GOLD)
    gold = golds_right.mean(axis=1) >= 0.5
    kind = np.where(right == gold, np.where(right, 0, 1), np.where(right, 2, 3))
    return np.where(forget, np.array(OUTCOMES, object)[kind], np.array(OTHER_OUTCOMES, object)[kind])


def outcomes_at_steps(steps: pd.DataFrame, images: Images) -> pd.DataFrame:
    """Outcomes of the tracked forget images if unlearning had stopped at each step.

    Args:
        steps: the run's table ``forget_steps``: step, index, prediction, probability.

    Returns:
        The same rows with label and outcome.
    """
    position = images.about["index"].searchsorted(steps["index"])
    label = images.about["label"].to_numpy()[position]
    golds = images.values["prediction"][images.golds].to_numpy()[position] == label[:, None]
    right = steps["prediction"].to_numpy() == label
    return steps.assign(label=label, outcome=outcome(right, golds, np.ones(len(steps), dtype=bool)))


def slice_mask(images: Images, part: Slice) -> np.ndarray:
    """bool (N,): which images are in the slice."""
    about = images.about
    mask = np.ones(len(about), dtype=bool)
    for column, wanted in (("label", part.labels), ("subclass", part.subclasses), ("split", part.splits),
                           ("outcome", part.outcomes), ("index", part.ids)):  # fmt: skip
        if wanted:
            mask &= about[column].isin(wanted).to_numpy()
    if part.easy is not None:
        mask &= (about["easy"] == part.easy).fillna(False).to_numpy(dtype=bool)
    if part.low is not None or part.high is not None:
        low, high = (-np.inf if part.low is None else part.low), (np.inf if part.high is None else part.high)
        mask &= images.values[part.norm][part.role].between(low, high).to_numpy()
    return mask


def metrics(images: Images, mask: np.ndarray) -> pd.DataFrame:
    """Every metric of every model on some of the images.

    Args:
        mask: bool (N,).

    Returns:
        One row per role: role, images, FA, RA, TA (accuracy on its forget, retain and test images),
        probability (mean, of the label), agreement (share of images with the same prediction as a gold, mean over the
        (other) golds), target_norm, irrelevant_norm (means where measured). Null if there is nothing to average.
    """
    values = {name: table.to_numpy()[mask] for name, table in images.values.items()}
    split, label = images.about["split"][mask], images.about["label"].to_numpy()[mask]
    predicted = values["prediction"]
    right = predicted == label[:, None]
    found = {name: _means(right[split == kind]) for name, kind in ACCURACY_SPLITS.items()}
    found |= {name: _means(values[name]) for name in ("probability", "target_norm", "irrelevant_norm")}
    golds = [images.roles.index(gold) for gold in images.golds]
    found["agreement"] = np.array([
        _means((predicted[:, [gold for gold in golds if gold != n]] == predicted[:, [n]]).reshape(-1, 1))[0]
        for n in range(len(images.roles))
    ])  # fmt: skip
    head = {"role": images.roles, "images": int(mask.sum())}
    return pd.DataFrame(head | {name: found[name] for name in SLICE_METRICS})


def _means(columns: np.ndarray) -> np.ndarray:
    """Mean of every column over its measured rows; NaN if there are none."""
    measured = ~np.isnan(columns)
    with np.errstate(invalid="ignore"):
        return np.where(measured, columns, 0).sum(axis=0, dtype=np.float64) / measured.sum(axis=0)


def beside_all(images: Images, mask: np.ndarray) -> pd.DataFrame:
    """Metrics of a slice and of all images: role, metric, slice, all, difference."""
    part, whole = (
        table.drop(columns="images").melt("role", var_name="metric", value_name="value")
        for table in (metrics(images, mask), images.metrics)
    )
    return part.rename(columns={"value": "slice"}).assign(all=whole["value"], difference=part["value"] - whole["value"])


def ordered(images: Images, mask: np.ndarray, by: str | None = None) -> np.ndarray:
    """Positions of the images of a slice: by id, or by a column of ``about``, the largest values first."""
    positions = np.flatnonzero(mask)
    if by is None:
        return positions
    return positions[np.argsort(-images.about[by].to_numpy()[positions], kind="stable")]


def training_ids(images: Images, mask: np.ndarray, by: str | None = None, limit: int | None = None) -> list[int]:
    """Ids of the training images of a slice, in the order of ``ordered``, at most ``limit``."""
    trained = images.about["split"].isin(TRAINING).to_numpy()
    return images.about["index"].to_numpy()[ordered(images, mask & trained, by)[:limit]].tolist()
