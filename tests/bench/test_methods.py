from collections.abc import Callable
from typing import Any

from core import RunSpec
from core.bench import methods
from core.bench.table import markdown
from core.specs.sweep import suitable_runs, variant_label


def test_a_row_per_variant_and_the_noise_floor(given: Callable[..., Any]) -> None:
    def result(spec: RunSpec) -> dict[str, Any]:
        own = {"FA": 0.75 + spec.unlearn_seed / 100, "TA": 0.5, "FA_test": 0.25}
        gold = {"FA": 0.5, "TA": 0.5, "FA_test": 0.5}
        distances = {"kl": 0.125, "agreement": 0.875}
        return {
            "accuracy": {"unlearned": own, "gold-1": gold, "gold-2": gold},
            "gap": {"average": 0.0625},
            "gold_spread": {"average": 0.03, "FA": 0.01, "TA": 0.02},
            "outputs": {"unlearned": distances, "gold-1": distances, "gold-2": distances},
            "steps": 8,
            "seconds": {"unlearn": 1.0, "gold": [4.0, 4.0]},
        }

    runs = given(result)
    out = "\n".join(map(markdown, methods.measure(runs)))
    ways = [variant_label(spec.method) for spec in suitable_runs(runs.asked[0])]
    # FA is 0.75, 0.76, 0.77 against 0.5: mean 0.26, t(2) = 4.303 times 0.01 / sqrt(3) = 0.025 on either side
    row = "| 0.260 (0.235 to 0.285) | 0.000 (0.000 to 0.000) | -0.250 (-0.250 to -0.250) | 0.062 (0.062 to 0.062) "
    for name in ways:
        assert out.count(f"| {name} {row}| 0.125 (0.125 to 0.125) | 0.875 (0.875 to 0.875) | 8 | 0.25 |") == 4
    assert out.count("| gold spread | 0.010 | 0.020 | - | 0.030 | 0.125 (0.125 to 0.125) |") == 4
    assert {(spec.unlearn_seed, spec.model.seed) for spec in runs.asked} == {(0, 0), (1, 6), (2, 7)}
    assert len(runs.asked) == 4 * 3 * len(ways)
