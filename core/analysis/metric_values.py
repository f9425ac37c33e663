"""Values of the catalogue's metrics for one model of a finished run. No torch."""

from statistics import mean

import pandas as pd

from core.metrics.accuracy import gap
from core.metrics.catalogue import METRICS
from core.results import Result
from core.roles import only_golds


def metric_value(result: Result, role: str, name: str) -> float | None:
    """A metric of one model; None if not measured. Distances of a gold are distances to the other golds.

    Args:
        name: key in the catalogue.
    """
    if name == "gap":  # the result has only the unlearned model's
        found = gap(result.accuracy[role], list(only_golds(result.accuracy, exclude=role).values()))
        return found["average"] if found else None
    if name == "disagreement":
        agreement = METRICS["agreement"].value(result, role)
        return None if agreement is None else 1 - agreement
    if name == "time_ratio":
        return result.time_ratio if role == "unlearned" else None
    return METRICS[name].value(result, role)


def without_each_gold(result: Result, role: str, name: str) -> list[float]:
    """A distance of one model to the golds without gold k, for every k; empty if that was not measured.

    Args:
        name: one of ``distance_keys``.
    """
    golds = result.golds
    if len(golds) < 2:
        return []
    if name == "gap":
        found = [gap(result.accuracy[role], list(only_golds(golds, exclude=gold).values())) for gold in golds]
        return [each["average"] for each in found if each and each["average"] is not None]
    key = "agreement" if name == "disagreement" else name
    each = [values.get(key) for values in result.get("outputs_by_gold", {}).get(role, {}).values()]
    known = [1 - value if name == "disagreement" else value for value in each if value is not None]
    return [(sum(known) - value) / (len(known) - 1) for value in known] if len(known) == len(golds) else []


def noise_floor(result: Result, name: str) -> float | None:
    """Mean distance of a gold from the other golds; None for fewer than two golds.

    Args:
        name: one of ``distance_keys``.
    """
    values = [value for role in result.golds if (value := metric_value(result, role, name)) is not None]
    return mean(values) if values else None


def metric_table(result: Result) -> pd.DataFrame:
    """One row per metric that the run has: metric (key), name, unlearned, original, gold (mean), unit, better."""
    rows = []
    for name, metric in METRICS.items():
        if (own := metric_value(result, "unlearned", name)) is not None:
            golds = [metric_value(result, role, name) for role in result.golds]
            known = [value for value in golds if value is not None]
            rows.append((name, metric.name, own, metric_value(result, "original", name), mean(known) if known else None,
                         metric.unit, metric.direction))  # fmt: skip
    table = pd.DataFrame(rows, columns=["metric", "name", "unlearned", "original", "gold", "unit", "better"])
    return table.astype(dict.fromkeys(("unlearned", "original", "gold"), float))
