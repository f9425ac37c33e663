import numpy as np
import pandas as pd

from core.figures import answers, answers_table

CLASSES = ("zero", "one", "seventy-seven")
SAMPLES = pd.DataFrame(
    [
        (4, "gold-1", 1, 0), (4, "original", 1, 1), (4, "unlearned", 1, 2),
        (9, "gold-1", 2, 2), (9, "original", 2, 2), (9, "unlearned", 2, 0),
        (7, "gold-1", 0, 0), (7, "original", 0, 0), (7, "unlearned", 0, 0),
    ],
    columns=["index", "role", "label", "prediction"],
)  # fmt: skip


def test_one_row_per_image_in_the_order_asked_for() -> None:
    expected = pd.DataFrame(
        [(9, "seventy-seven", "seventy-seven", "zero", "seventy-seven"), (4, "one", "one", "seventy-seven", "zero")],
        columns=["index", "label", "original", "unlearned", "gold-1"],
    )
    pd.testing.assert_frame_equal(answers_table(SAMPLES, [9, 4], CLASSES), expected)


def test_wrong_answers_are_crossed_and_every_model_has_a_row() -> None:
    images = np.zeros((2, 1, 8, 8), np.uint8)
    shown = answers(images, SAMPLES, [9, 4], CLASSES)
    assert [list(trace.text) for trace in shown.figure.data] == [
        ["seventy…", "one"],
        ["✗ zero", "✗ seventy…"],
        ["seventy…", "✗ zero"],
    ]
    assert list(shown.figure.layout.yaxis.ticktext) == ["Original", "Unlearned", "Gold 1"]
    assert len(shown.figure.layout.images) == 2
    assert shown.alt == "Answers. Original: 100% right; Unlearned: 0% right; Gold 1: 50% right."
