"""Names of the models of a run: ``initial``, ``original``, ``gold-<seed>``, ``unlearned``."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import pandas as pd

Value = TypeVar("Value")

_GOLD = "gold-"


def gold_role(seed: int) -> str:
    """The role of the gold model retrained with this seed."""
    return f"{_GOLD}{seed}"


def is_gold(role: str) -> bool:
    """Whether a role is that of a gold model."""
    return role.startswith(_GOLD)


def gold_roles(roles: Iterable[str]) -> list[str]:
    """Those of the roles that are gold models, in their order."""
    return [role for role in roles if is_gold(role)]


def only_golds(by_role: Mapping[str, Value], exclude: str = "") -> dict[str, Value]:
    """The entries of gold models, in their order.

    Args:
        exclude: a gold role to leave out.
    """
    return {role: value for role, value in by_role.items() if is_gold(role) and role != exclude}


def gold_rows(table: pd.DataFrame, exclude: str = "") -> pd.DataFrame:
    """The rows of gold models, by the column ``role``."""
    return table[table["role"].str.startswith(_GOLD) & (table["role"] != exclude)]
