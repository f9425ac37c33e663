"""What every method spec has: data needs, settings that only some choices use, and notes for the screen."""

from typing import Any, ClassVar, Self

from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

from core.specs.base import Spec


def used_if(*alternatives: dict[str, str]) -> dict[str, Any]:
    """For ``Field(json_schema_extra=...)``: the field counts only where one of these alternatives holds."""
    return {"used_if": alternatives}


class Needs:
    """What data a method gets: of the class, the most it ever needs; of a spec, what its settings need."""

    def __init__(self, *most: str, without: dict[str, tuple[str, Any]] | None = None) -> None:
        self.most = frozenset(most)
        self.without = without or {}  # data -> (setting, value at which it is not needed)

    def __get__(self, spec: "MethodSpec | None", owner: type) -> frozenset[str]:
        if spec is None:
            return self.most
        return self.most - {data for data, (name, value) in self.without.items() if getattr(spec, name) == value}


class MethodSpec(Spec):
    """Base of the method specs: a name, and the rule for settings that a variant does not use."""

    title: ClassVar[str]
    about: ClassVar[str]
    paper: ClassVar[str]
    needs: ClassVar[Needs]

    @classmethod
    def conditions(cls, field: str) -> tuple[dict[str, str], ...]:
        """The alternatives under which ``field`` counts, each as settings and their values; empty for always."""
        extra = cls.model_fields[field].json_schema_extra
        return extra.get("used_if", ()) if isinstance(extra, dict) else ()

    def uses(self, field: str) -> bool:
        """Whether the chosen variant uses this setting."""
        alternatives = self.conditions(field)
        return not alternatives or any(self._has(alternative) for alternative in alternatives)

    def _has(self, values: dict[str, str]) -> bool:
        return all(getattr(self, name) == value for name, value in values.items())

    @model_validator(mode="after")
    def _refuse_unused(self) -> Self:
        for field in self.model_fields_set:
            if not self.uses(field):
                alternatives = self.conditions(field)
                have = {name: getattr(self, name) for alternative in alternatives for name in alternative}
                wants = ", or ".join(_said(alternative) for alternative in alternatives)
                raise ValueError(
                    f"{field} = {getattr(self, field)!r} is not used with {_said(have)}; it belongs to {wants}"
                )
        return self

    @model_serializer(mode="wrap")
    def _leave_unused_out(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if self.uses(name)}

    def replace(self, **changes: Any) -> Self:
        """A copy with some settings changed; those that the new choices do not use fall back to their defaults."""
        values = {**dict(self), **changes}
        chosen = type(self).model_construct(**values)
        return self.parse({name: value for name, value in values.items() if name in changes or chosen.uses(name)})

    def stopped_at(self, step: int) -> Self | None:
        """The same method with this many steps at most; None where no setting stops it without changing the steps."""
        limited = "max_steps" in type(self).model_fields and self.uses("max_steps")
        return self.replace(max_steps=step) if limited else None

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        """What departs from the paper or is a guess, in sentences for the screen, known before the run.

        Args:
            whole_classes_only: whether the forget set is nothing but whole classes.
            known_accuracy: whether the held-out accuracy of the forget set's classes is known and says something of it.
        """
        return ()


def _said(values: dict[str, Any]) -> str:
    return " and ".join(f"{name} = {value}" for name, value in values.items())
