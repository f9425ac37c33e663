"""The warning of near-duplicates that stay, on the Forget page."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances
from streamlit.testing.v1 import AppTest

from core import load_dataset
from core.analysis import near_duplicates
from core.planning import left_behind
from tests.pages.forms import field

PAGE = "pages/1_Forget.py"


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """What was found at one threshold is not kept for another."""
    left_behind._left_behind.cache_clear()
    yield
    left_behind._left_behind.cache_clear()


def test_near_duplicates_that_stay_are_told_and_can_be_forgotten_too(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_duplicates, "NEAR_DUPLICATE", 0.1)  # digits have none at 0.05
    train = load_dataset("digits").train
    removed = np.arange(30)
    flat = train.images.reshape(len(train), -1) / 255
    near = pairwise_distances(flat[removed], flat[30:]) / 8 <= 0.1  # 8 is the root of 64 pixels
    expected = set(train.index[30:][near.any(axis=0)].tolist())
    assert expected
    text = f"index={','.join(map(str, train.index[removed]))}"
    app = open_page(PAGE, {"dataset": "digits", "forget": text, "method": "none"})
    which = "retained image is" if len(expected) == 1 else "retained images are"
    assert [w.value for w in app.warning if w.value.startswith(f"{len(expected)} {which}")]
    app.button(key="alike.add").click().run()
    added = field(app, "draft.text").value.removeprefix(f"{text}+index=")
    assert set(map(int, added.split(","))) == expected


def test_without_any_nothing_is_said(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"dataset": "digits", "forget": "class=3:10%", "method": "none"})
    assert not [warning for warning in app.warning if "near-duplicate" in warning.value]
