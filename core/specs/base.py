"""Base class of all specs: frozen, hashable, no unknown fields, identified by the hash of its canonical JSON."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from core.errors import InvalidSpec


class Spec(BaseModel):
    """Base of all specs. Equal specs have equal keys; device, paths and threads are not part of a spec."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    @classmethod
    def parse(cls, values: dict[str, Any] | str) -> Self:
        """A spec from plain values or from their JSON text.

        Raises:
            InvalidSpec: a value is not allowed; the message names it.
        """
        try:
            return cls.model_validate_json(values) if isinstance(values, str) else cls.model_validate(values)
        except ValidationError as error:
            raise InvalidSpec(_sentence(error)) from None

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed, checked like a new one (``model_copy`` does not check).

        Raises:
            InvalidSpec: a value is not allowed; the message names it.
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
            settings = [
                name for name, field in named if len(get_args(field.annotation)) != 1
            ]  # without a method's fixed name
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
    """Names as ``a, b or c``, for messages."""
    *most, last = map(str, names)
    return f"{', '.join(most)} or {last}" if most else last


def short(text: str) -> str:
    """A text cut to 60 characters, for messages."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def _sentence(error: ValidationError) -> str:
    """The first problem that pydantic found, as a sentence with the setting, the value and what is allowed."""
    first = error.errors()[0]
    message = first["msg"]
    if first["type"] == "value_error":  # raised in core: the message is a sentence already
        return message.removeprefix("Value error, ")
    where = ".".join(map(str, first["loc"])) or "value"
    return f"{where} = {short(repr(first['input']))} is not allowed: {message[0].lower()}{message[1:]}"
