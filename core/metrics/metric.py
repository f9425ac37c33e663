"""One entry of the catalogue of metrics. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["towards gold", "lower", "higher"]
SHARE = "share"  # unit of fractions, shown as percent


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        key: its name in tables and on the command line.
        name: on screen.
        family: group in lists.
        about: one sentence.
        formula: plain text; empty if the sentence is enough.
        unit: ``SHARE``, nats, steps and so on; empty for a number from 0 to 1 that is not a share.
        direction: which values are better.
        place: location in a result, keys joined by dots, ``{role}`` for a model's role; without a role that of the
            unlearned model. Empty if computed from others or only in tables.
        paper: URL of the paper that defines or uses it; empty if there is none.
        short: name on axes and in narrow cells; default: the key.
        compared: in the method comparison, as a signed difference to gold if its direction is "towards gold",
            otherwise as a distance from gold.
        forgetting: a value above gold's means under-forgotten, one below it over-forgotten.
    """

    key: str
    name: str
    family: str
    about: str
    formula: str = ""
    unit: str = ""
    direction: Direction = "towards gold"
    place: str = ""
    paper: str = ""
    short: str = ""
    compared: bool = False
    forgetting: bool = False

    @property
    def label(self) -> str:
        """Its short name."""
        return self.short or self.key

    @property
    def signed(self) -> bool:
        """Whether its difference to gold has a sign; distances have none."""
        return self.direction == "towards gold"

    @property
    def number(self) -> str:
        """Format of its values on screen."""
        return ".1%" if self.unit == SHARE else ".3g"

    def value(self, result: Mapping[str, Any], role: str = "unlearned") -> float | None:
        """Its value for one model of a run; None if the result lacks it."""
        if not self.place or ("{role}" not in self.place and role != "unlearned"):
            return None
        found: Any = result
        for name in self.place.split("."):
            found = found.get(role if name == "{role}" else name) if isinstance(found, Mapping) else None
        return found
