"""Base class of method specs: data needs, settings that depend on other settings, notes for the screen."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

from core.specs.base import Spec


def used_if(*alternatives: dict[str, str]) -> dict[str, Any]:
    """For ``Field(json_schema_extra=...)``: the field applies only if one of these alternatives holds."""
    return {"used_if": alternatives}


class Needs:
    """Data a method may see. On the class: the maximum; on an instance: what its settings need."""

    def __init__(self, *most: str, without: dict[str, tuple[str, Any]] | None = None) -> None:
        self.most = frozenset(most)
        self.without = without or {}  # data -> (setting, value at which it is not needed)

    def __get__(self, spec: "MethodSpec | None", owner: type) -> frozenset[str]:
        if spec is None:
            return self.most
        return self.most - {data for data, (name, value) in self.without.items() if getattr(spec, name) == value}


class MethodSpec(Spec):
    """Base of the method specs. Settings that a variant does not use are refused and left out.

    Attributes:
        removed: settings of earlier versions. Stored specs may have them, which are still read, without them; a new
            spec is refused with them, see ``make_method``.
    """

    if TYPE_CHECKING:
        name: str  # every method has its own, as a Literal

    title: ClassVar[str]
    about: ClassVar[str]
    paper: ClassVar[str]
    needs: ClassVar[Needs]
    removed: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def conditions(cls, field: str) -> tuple[dict[str, str], ...]:
        """The alternatives under which ``field`` applies, as settings and values; empty: it always applies."""
        extra = cls.model_fields[field].json_schema_extra
        found: Any = extra.get("used_if", ()) if isinstance(extra, dict) else ()
        return found

    def uses(self, field: str) -> bool:
        """Whether the setting applies with the other settings as they are."""
        alternatives = self.conditions(field)
        return not alternatives or any(self._has(alternative) for alternative in alternatives)

    def _has(self, values: dict[str, str]) -> bool:
        return all(getattr(self, name) == value for name, value in values.items())

    @model_validator(mode="before")
    @classmethod
    def _without_removed(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: value for name, value in values.items() if name not in cls.removed}

    @model_validator(mode="after")
    def _refuse_unused(self) -> Self:
        for field in self.model_fields_set:
            if not self.uses(field):
                alternatives = self.conditions(field)
                have = {name: getattr(self, name) for alternative in alternatives for name in alternative}
                wants = ", or ".join(_settings_text(alternative) for alternative in alternatives)
                raise ValueError(
                    f"{field} = {getattr(self, field)!r} is not used with {_settings_text(have)}; it applies to {wants}"
                )
        return self

    @model_serializer(mode="wrap")
    def _leave_unused_out(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if self.uses(name)}

    def replace(self, **changes: Any) -> Self:
        """A copy with some settings changed; settings that no longer apply return to their defaults."""
        values = {**dict(self), **changes}
        chosen = type(self).model_construct(**values)
        return self.parse({name: value for name, value in values.items() if name in changes or chosen.uses(name)})

    def stopped_at(self, step: int) -> Self | None:
        """The same method limited to this many steps; None if a limit would change the steps themselves."""
        limited = "max_steps" in type(self).model_fields and self.uses("max_steps")
        return self.replace(max_steps=step) if limited else None

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        """Sentences for the screen, known before the run: departures from the paper and guesses.

        Args:
            whole_classes_only: whether the forget set consists of whole classes.
            known_accuracy: whether the classes' held-out accuracy is known and applies to the forget set.
        """
        return ()

    def warnings(self, classes: int, by_subclass: bool) -> tuple[str, ...]:
        """Sentences for the screen where the method is known to fail, with the evidence.

        Args:
            classes: K of the data set.
            by_subclass: whether the request names a sub-class.
        """
        return ()


def _settings_text(values: dict[str, Any]) -> str:
    return " and ".join(f"{name} = {value}" for name, value in values.items())
