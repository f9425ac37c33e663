"""One sentence about a result: its average gap to gold, and how much golds differ."""

from core.results import Result


def summarize(result: Result) -> str:
    """The sentence, in Markdown.

    Args:
        result: a run's ``result.json``; its ``gap`` and ``gold_spread`` are read.
    """
    gap = result.gap
    if gap is None:
        return "There is no gold model to compare with."
    spread = result.gold_spread
    text = f"Average gap: **{100 * gap:.2f} points** from gold"
    if spread is None:
        return f"{text}; with one gold model there is no noise floor."
    size = "noise" if gap <= spread else "more than noise"
    return f"{text}; golds differ by **{100 * spread:.2f} points**, so this is {size}."
