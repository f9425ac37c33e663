"""Selection of classes for figures with too many classes, and the sentence that says so."""

import pandas as pd


def drawn_classes(touched: pd.Series, size: pd.Series, limit: int, others: int) -> pd.Index:
    """Up to ``limit`` classes in their own order: those touched by the request first, then those with the largest size.

    Args:
        touched: bool, per class.
        size: the quantity to rank classes by, per class.
        limit: maximum number of classes.
        others: of these, reserved for untouched classes, if there are as many.
    """
    ranked = size.sort_values(ascending=False, kind="stable").index
    inside, outside = ranked[touched[ranked]], ranked[~touched[ranked]]
    inside = inside[: limit - min(others, len(outside))]
    return inside.append(outside[: limit - len(inside)]).sort_values()


def cut_sentence(drawn: int, total: int, which: str) -> str:
    """A sentence on the classes that are not drawn, with a leading space; empty if all are drawn."""
    return "" if drawn == total else f" {drawn} of {total:,} classes are drawn: {which}. The table has all."
