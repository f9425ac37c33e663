"""What every spec is: frozen, hashable, closed to unknown fields, and named by the hash of its canonical JSON."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from core.errors import InvalidSpec


class Spec(BaseModel):
    """Base of all specs. Equal specs have equal ``key``; device, paths and threads are in none."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    @classmethod
    def parse(cls, values: dict[str, Any] | str) -> Self:
        """A spec from plain values, or from the JSON text that stands for them.

        Raises:
            InvalidSpec: in one sentence, what is not allowed.
        """
        try:
            return cls.model_validate_json(values) if isinstance(values, str) else cls.model_validate(values)
        except ValidationError as error:
            raise InvalidSpec(_sentence(error)) from None

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed, checked like a new one (``model_copy`` would not check).

        Raises:
            InvalidSpec: in one sentence, what is not allowed.
        """
        return self.parse({**dict(self), **changes})

    @property
    def key(self) -> str:
        """The first 20 hexadecimal digits of the sha256 of the canonical JSON."""
        return digest(self.model_dump(mode="json"))

    @model_validator(mode="before")
    @classmethod
    def _closed(cls, values: Any) -> Any:
        unknown = [name for name in values if name not in cls.model_fields] if isinstance(values, dict) else []
        if unknown:
            named = cls.model_fields.items()
            settings = [name for name, field in named if len(get_args(field.annotation)) != 1]  # not a method's name
            allowed = f"choose {choices(settings)}" if settings else "there are none"
            raise ValueError(f"{short(str(unknown[0]))!r} is not a setting here; {allowed}")
        return values


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """The first 20 hexadecimal digits of the sha256 of the value's canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:20]


def spec_json(spec: Spec) -> str:
    """The spec as canonical JSON."""
    return canonical_json(spec.model_dump(mode="json"))


def choices(names: Iterable[object]) -> str:
    """``a, b or c`` for messages."""
    *most, last = map(str, names)
    return f"{', '.join(most)} or {last}" if most else last


def short(text: str) -> str:
    """The beginning of a text, for messages."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def _sentence(error: ValidationError) -> str:
    """The first thing that pydantic found, as a sentence that names the setting, the value and what is allowed."""
    first = error.errors()[0]
    message = first["msg"]
    if first["type"] == "value_error":  # raised here in core, with a sentence of its own
        return message.removeprefix("Value error, ")
    where = ".".join(map(str, first["loc"])) or "value"
    return f"{where} = {short(repr(first['input']))} is not allowed: {message[0].lower()}{message[1:]}"
