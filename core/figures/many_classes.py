"""Which classes a figure draws where there are too many for a row or a bar each, and the sentence that says so."""

import pandas as pd


def drawn_classes(touched: pd.Series, size: pd.Series, most: int, others: int) -> pd.Index:
    """Up to ``most`` classes, in their own order: first those that the request touches, then the largest.

    Args:
        touched: bool, by class.
        size: what makes a class worth a place, by class.
        most: places in all.
        others: places that are kept for classes that the request does not touch, as far as there are any.
    """
    ranked = size.sort_values(ascending=False, kind="stable").index
    inside, outside = ranked[touched[ranked]], ranked[~touched[ranked]]
    inside = inside[: most - min(others, len(outside))]
    return inside.append(outside[: most - len(inside)]).sort_values()


def cut_sentence(drawn: int, total: int, which: str) -> str:
    """What is not drawn, for below a figure, with a space in front; empty where everything is."""
    return "" if drawn == total else f" {drawn} of {total:,} classes are drawn: {which}; the table has all."
