"""A result in a sentence: its distance to gold, with the gold spread as the scale."""

from core.results import Result


def summarize(result: Result) -> str:
    """One sentence in Markdown.

    Args:
        result: a run's ``result.json``; its ``gap`` and ``gold_spread`` are read.
    """
    gap = result.gap
    if gap is None:
        return "No gold model was asked for, so nothing says what these numbers should be."
    spread = result.gold_spread
    text = f"Average gap to the mean gold: **{gap:.2%}**"
    if spread is None:
        return f"{text}. One gold model has no spread, so there is no scale for it."
    scale = "within" if gap <= spread else "more than"
    return f"{text}, {scale} the **{spread:.2%}** by which gold models differ from each other."
