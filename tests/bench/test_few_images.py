from collections.abc import Callable
from typing import Any

import numpy as np

from core import RunSpec, load_dataset
from core.bench import few_images


def test_thirty_requests_of_one_to_twenty_images_of_one_digit() -> None:
    train = load_dataset(few_images.DATA).train
    drawn = [np.array(spec.forget.text.removeprefix("index=").split(","), int) for spec in few_images.requests()]
    assert len(drawn) == 30
    assert {len(ids) for ids in drawn} <= set(range(1, 21))
    assert all(len(set(train.labels_of(ids))) == 1 for ids in drawn)
    assert [spec.id for spec in few_images.requests()] == [spec.id for spec in few_images.requests()]


def test_every_method_with_the_shared_stop_and_doing_nothing() -> None:
    names = [method.name for method in few_images.methods()]
    assert names.count("random-label") == 2  # with retained images and without
    assert set(names) == {
        "none", "mu-mis", "fine-tune", "gradient-ascent", "neg-grad-plus", "random-label", "bad-teacher", "scrub",
        "salun", "l1-sparse", "boundary-shrink", "delete", "jit",
    }  # fmt: skip


def test_the_digits_accuracy_against_gold(given: Callable[..., Any], cells: Callable[..., Any]) -> None:
    lost = iter(value for _ in few_images.methods() for value in [0.1] * 27 + [0.2, 0.3, -0.1])

    def result(spec: RunSpec) -> dict[str, Any]:
        own = {"FA": 1.0, "TA": 0.75, "FA_test": 0.5 - next(lost)}
        golds = {f"gold-{n}": {"FA": 0.5, "TA": 0.5, "FA_test": fa_test} for n, fa_test in ((1, 0.25), (2, 0.75))}
        return {"accuracy": {"original": own, "unlearned": own, **golds}, "steps": int(spec.forget.text.count(",") > 9)}

    (table,) = few_images.measure(given(result))
    sizes = [spec.forget.text.count(",") + 1 for spec in few_images.requests()]
    still = sum(size <= 10 for size in sizes)
    for row in table.rows:
        _, near, worst, mean_lost, fa, gold_fa, ta, none, steps = row
        assert (near, fa, gold_fa, ta, none) == ("28 of 30", 1.0, 0.5, 0.25, still)
        np.testing.assert_allclose((worst, mean_lost), (0.3, (2.7 + 0.4) / 30))
        assert steps == f"{(30 - still) / 30:.1f}"
