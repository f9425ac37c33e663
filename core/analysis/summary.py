"""A sentence or two about a result: its average gap to gold, and the accuracies that differ more than golds do."""

from statistics import fmean

from core.metrics.accuracy import gold_spread
from core.metrics.catalogue import METRICS, accuracy_keys
from core.results import Result

ROUNDING = 1e-9  # equal fractions may differ in their last bits


def summarize(result: Result) -> str:
    """The sentences, in Markdown.

    Args:
        result: a run's ``result.json``; its ``gap``, ``gold_spread`` and ``accuracy`` are read.
    """
    gap = result.gap
    if gap is None:
        return "There is no gold model to compare with."
    spread = result.gold_spread
    text = f"Average gap: **{100 * gap:.2f} points** from gold"
    if spread is None:
        return f"{text}; with one gold model there is no noise floor."
    text += f"; golds differ by **{100 * spread:.2f} points**."
    outside = _outside(result)
    if outside:
        return f"{text} More than noise: {'; '.join(outside)}."
    if gap > spread + ROUNDING:
        return f"{text} This is more than noise."
    return f"{text} Every accuracy is within the differences between golds, so this is noise."


def _outside(result: Result) -> list[str]:
    """The accuracies whose difference to the mean gold exceeds the gold spread of that accuracy."""
    golds = list(result.golds.values())
    spread = gold_spread(golds, accuracy_keys()) or {}
    found = []
    for name in accuracy_keys():
        own, noise = result.unlearned.get(name), spread.get(name)
        known = [gold[name] for gold in golds if (gold.get(name)) is not None]
        if own is None or noise is None:
            continue
        difference = own - fmean(value for value in known if value is not None)
        if abs(difference) > noise + ROUNDING:
            side = "above" if difference > 0 else "below"
            found.append(
                f"{METRICS[name].name} ({name}) {100 * abs(difference):.1f} points {side} gold, golds differ by "
                f"{100 * noise:.1f}"
            )
    return found
