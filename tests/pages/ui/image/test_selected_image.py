import numpy as np
import pandas as pd
import pytest

from core.figures import placeholder
from core.store import RunFolder
from pages.ui.image.selected_image import Picked, pick
from pages.ui.shell import data_access


def test_an_image_that_an_earlier_request_took_is_told() -> None:
    rows = pd.DataFrame({"split": ["forgotten"]}, index=["unlearned"])
    image = Picked("3", np.zeros((1, 8, 8), np.uint8), 1, rows)
    assert image.about(("cat", "dog")) == "dog · forgotten before"


def test_a_placeholder_stands_for_an_image_that_is_not_here(
    finished_run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = str(finished_run.table("samples")["index"].iloc[0])
    assert np.array_equal(pick(finished_run, number).pixels, data_access.images(finished_run.spec, [int(number)])[0])
    monkeypatch.setattr(data_access, "is_prepared", lambda name: False)
    assert np.array_equal(pick(finished_run, number).pixels, placeholder((1, 8, 8)))
