"""An image that was selected: of the data set, or a person's own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.datasets.own.picture import fitted
from core.errors import InvalidSpec
from core.figures import SPLIT_NAMES, in_role_order, role_name
from core.roles import only_golds
from core.store import RunFolder
from pages.ui.shell import data_access
from pages.ui.shell.url_state import image_number


@dataclass(frozen=True)
class Picked:
    """One image as a run's models see it.

    Attributes:
        name: what stands for it in the URL.
        pixels: uint8 (C, H, W).
        label: class; None for a person's own picture.
        rows: what every model makes of it, by role in their order; empty for a person's own picture.
    """

    name: str
    pixels: np.ndarray
    label: int | None
    rows: pd.DataFrame

    @property
    def title(self) -> str:
        """What it is called on screen."""
        return "Your own image" if self.label is None else f"Image {self.name}"

    def about(self, classes: Sequence[str]) -> str:
        """Label and split."""
        if self.label is None:
            return "no label"
        return f"{classes[self.label]} · {SPLIT_NAMES[self.rows['split'].iloc[0]].lower()}"

    def predictions(self, classes: Sequence[str]) -> dict[str, str]:
        """Predictions of original, unlearned and the golds together, by the role on screen."""
        taken = {role: classes[number] for role, number in self.rows["prediction"].items()} if len(self.rows) else {}
        said = {role_name(role): taken[role] for role in ("original", "unlearned") if role in taken}
        golds = Counter(only_golds(taken).values())
        if golds:
            most, votes = golds.most_common(1)[0]
            said["Gold"] = most if len(golds) == 1 else f"{most} ({votes} of {golds.total()})"
        return said

    def verdict(self) -> str | None:
        """What TMU says of it; None where it says nothing."""
        if "p_hard" not in self.rows or pd.isna(self.rows.loc["unlearned", "p_hard"]):
            return None
        row = self.rows.loc["unlearned"]
        features = ", ".join(f"{name.upper()} {row[name]:.2f}" for name in ("nf", "af", "cf"))
        return f"TMU: hard with a probability of {row['p_hard']:.0%} ({features})"


def pick(run: RunFolder, name: str) -> Picked:
    """
    Raises:
        InvalidSpec: no image of the run's data set, and no picture.
        NotFound: a picture that this store does not have.
    """
    if name.startswith("own-"):
        pixels = fitted(data_access.store().inspections.picture(name), run.spec.model.data.info.shape)
        return Picked(name, pixels, None, pd.DataFrame())
    number = image_number(name)
    rows = pd.DataFrame() if number is None else _rows(run, number)
    if number is None or rows.empty:
        raise InvalidSpec(f"image {name[:20]!r} is not in the data of this run; select another")
    return Picked(name, data_access.images(run.spec, [number])[0], int(rows["label"].iloc[0]), rows)


@data_access.cached(512)
def _rows(run: RunFolder, number: int) -> pd.DataFrame:
    samples = data_access.samples(run)
    rows = samples[samples["index"] == number].set_index("role")
    return rows.loc[in_role_order(rows.index)]
