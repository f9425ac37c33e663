"""How long a person waits after pressing Run, for each whole digit, with the models that are shipped.

On a machine that does nothing else: ``pytest -m long -s tests/browser/test_first_answer.py``.
"""

import time

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core import Store
from tests.browser.actions import button, settle

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.xdist_group("browser")]

FIRST, UNLEARNED, RESULT = 10.0, 3.0, 5.0  # seconds


def wait(screen: Page, digit: int) -> tuple[float, float]:
    """Seconds from Run to the unlearned model's numbers, and to the finished result."""
    screen.goto(f"/Forget?forget=class%3D{digit}")
    settle(screen)
    expect(screen.get_by_text("0 models to train: all are here.")).to_be_visible()
    button(screen, "Run").click()
    began = time.perf_counter()
    expect(screen.get_by_text("Accuracy of the unlearned model").first).to_be_visible()
    unlearned = time.perf_counter() - began
    expect(screen.get_by_role("heading", name="Step by step")).to_be_visible()
    return unlearned, time.perf_counter() - began


def test_an_answer_in_five_seconds(screen: Page, app_store: Store) -> None:
    _, first = wait(screen, 0)
    waits = np.array([wait(screen, digit) for digit in (1, 2, 3, 4, 5, 6, 7, 8, 9)])
    unlearned, result = np.median(waits, axis=0)
    print(f"\nfirst run {first:.1f} s; then unlearned {unlearned:.1f} s, result {result:.1f} s (medians)")
    assert first < FIRST
    assert unlearned < UNLEARNED
    assert result < RESULT
