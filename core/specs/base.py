"""What every spec is: frozen, hashable, closed to unknown fields, and named by the hash of its canonical JSON."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import InvalidSpec


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


class Spec(BaseModel):
    """Base of all specs. Equal specs have equal ``key``; device, paths and threads are in none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @property
    def key(self) -> str:
        """The first 20 hexadecimal digits of the sha256 of the canonical JSON."""
        text = canonical_json(self.model_dump(mode="json"))
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    def but(self, **changes: Any) -> "Spec":
        """A copy with some fields changed, checked like a new one (``model_copy`` would not check)."""
        return type(self).model_validate({**dict(self), **changes})


def choices(names: Iterable[object]) -> str:
    """``a, b or c`` for messages."""
    *most, last = map(str, names)
    return f"{', '.join(most)} or {last}" if most else last


def sentence(error: ValidationError) -> InvalidSpec:
    """A pydantic error as one sentence that names the setting, the value and what is allowed."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "value"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        return InvalidSpec(f"{where} is not a setting here; {message.lower()}")
    if first["type"] == "value_error":
        return InvalidSpec(message)
    return InvalidSpec(f"{where} = {first['input']!r} is not allowed: {message[0].lower()}{message[1:]}")
