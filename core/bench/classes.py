"""Every whole class of both ten-class digits sets, forgotten by MU-Mis with its defaults, against three golds."""

from statistics import mean

from core.bench.table import finished, print_rows
from core.specs import make_spec
from core.store import Store

HEAD = ("class", "FA", "RA", "TA", "gold TA", "gap", "spread", "do nothing", "steps", "time ratio")


def measure(store: Store) -> None:
    """Prints a row per class: accuracies, average gap to gold, and MU-Mis's time over that of one retraining."""
    for dataset in ("digits", "digits-noisy"):
        rows = []
        for number in range(10):
            result = finished(store, make_spec(dataset, f"class={number}"))
            nothing = finished(store, make_spec(dataset, f"class={number}", "none"))
            found, seconds = result["accuracy"], result["seconds"]
            own = found["unlearned"]
            gold = mean(found[f"gold-{seed}"]["TA"] for seed in (1, 2, 3))
            rows.append(
                (number, own["FA"], own["RA"], own["TA"], gold, result.gap,
                 result.gold_spread, nothing.gap, result.steps,
                 seconds["unlearn"] / mean(seconds["gold"]))
            )  # fmt: skip
        print(f"\n{dataset}, whole classes, mu-mis, golds 1 to 3")
        print_rows(HEAD, rows)
        gaps = [row[5] for row in rows]
        print(f"average gap: mean {mean(gaps):.4f}, worst {max(gaps):.4f}")
