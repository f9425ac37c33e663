"""The shelf: every unlearning method's name, paper, data needs and settings, without torch.

A setting's bounds and its explanation stand in its ``Field`` and nowhere else: the form, the command line and the
checks read them here. A field marked ``used_if(variant="paper")`` belongs to those choices only: giving it otherwise is
refused, and it is left out of the spec's JSON and key.
"""

from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, SerializerFunctionWrapHandler, TypeAdapter, model_serializer, model_validator

from core.specs.base import Spec, choices


def used_if(**conditions: str | tuple[str, ...]) -> dict[str, Any]:
    """For ``Field(json_schema_extra=...)``: the field counts only where each named setting has one of the values."""
    return {"used_if": {k: (v,) if isinstance(v, str) else v for k, v in conditions.items()}}


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
    def conditions(cls, field: str) -> dict[str, tuple[Any, ...]]:
        """The settings and values under which ``field`` counts; empty for always."""
        extra = cls.model_fields[field].json_schema_extra
        return extra.get("used_if", {}) if isinstance(extra, dict) else {}

    def uses(self, field: str) -> bool:
        """Whether the chosen variant uses this setting."""
        return all(getattr(self, name) in values for name, values in self.conditions(field).items())

    @model_validator(mode="after")
    def _refuse_unused(self) -> "MethodSpec":
        for field in self.model_fields_set:
            if not self.uses(field):
                wants = " and ".join(f"{name} = {choices(v)}" for name, v in self.conditions(field).items())
                have = ", ".join(f"{name} = {getattr(self, name)}" for name in self.conditions(field))
                raise ValueError(f"{field} = {getattr(self, field)!r} is not used with {have}; it belongs to {wants}")
        return self

    @model_serializer(mode="wrap")
    def _leave_unused_out(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if self.uses(name)}

    def but(self, **changes: Any) -> "MethodSpec":
        """A copy with some settings changed; those that the new choices do not use fall back to their defaults."""
        return type(self).model_validate({**self.model_dump(), **changes})


class DoNothing(MethodSpec):
    """The row that every comparison needs."""

    title: ClassVar[str] = "Do nothing"
    about: ClassVar[str] = "Keeps the original model as it is: the row that every method has to beat."
    paper: ClassVar[str] = "https://arxiv.org/abs/2406.09073"
    needs: ClassVar[Needs] = Needs()

    name: Literal["none"] = "none"


class MuMis(MethodSpec):
    """MU-Mis: lower the input gradient of the target logit, raise that of irrelevant logits."""

    title: ClassVar[str] = "MU-Mis"
    about: ClassVar[str] = (
        "Lowers the input gradient of the target logit and raises that of irrelevant logits, from the forget set and "
        "the weights alone."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2402.15109"
    needs: ClassVar[Needs] = Needs("forget")

    name: Literal["mu-mis"] = "mu-mis"
    variant: Literal["scale-free", "paper"] = Field(
        "scale-free",
        description="paper: plain SGD at one rate, both terms uncapped. scale-free: steps as a fraction of the weights' "
        "norm, the irrelevant term capped",
    )
    stop: Literal["auto", "accuracy", "sensitivity", "paper"] = Field(
        "auto",
        description="accuracy: the forget set's accuracy reaches its target. sensitivity: the target norm has fallen. "
        "paper: the irrelevant norm has dipped and recovered. auto: paper for the paper variant, else accuracy where "
        "the class's held-out accuracy says something, else sensitivity",
    )
    max_steps: int = Field(80, ge=1, le=10_000, description="no more steps than this")
    batch_size: int = Field(128, ge=1, le=1024, description="forget images per step")
    draws: int = Field(1, ge=1, le=100, description="irrelevant classes drawn per image and step, averaged")
    target_weight: float = Field(1.0, ge=0, le=10, description="weight of the target term; 0 is the paper's ablation")
    irrelevant_weight: float = Field(1.0, ge=0, le=10, description="weight of the irrelevant term; 0 likewise")
    learning_rate: float = Field(
        1e-3, gt=0, le=1, description="of plain SGD", json_schema_extra=used_if(variant="paper")
    )
    head_step: float = Field(
        0.02, gt=0, le=1, description="step of the last layer, as a fraction of its norm; half for a part of a class",
        json_schema_extra=used_if(variant="scale-free"),
    )  # fmt: skip
    body_step: float = Field(
        0.001, ge=0, le=1, description="step of all other layers, likewise",
        json_schema_extra=used_if(variant="scale-free"),
    )  # fmt: skip
    cap: float = Field(
        1.2, ge=1, le=100, description="the irrelevant norm counts up to this multiple of its start",
        json_schema_extra=used_if(variant="scale-free"),
    )  # fmt: skip
    delta: float = Field(
        0.9, gt=0, lt=1, description="paper's stop: dip to this fraction of the start, then recover above it",
        json_schema_extra=used_if(stop=("auto", "paper")),
    )  # fmt: skip
    fraction: float = Field(
        0.75, gt=0, lt=1, description="sensitivity's stop: target norm down to this fraction of its start (a guess)",
        json_schema_extra=used_if(stop=("auto", "sensitivity")),
    )  # fmt: skip
    guard: float = Field(
        1.5, gt=1, le=1000, description="stop and give the last good weights back where the irrelevant norm exceeds "
        "this multiple of its start",
    )  # fmt: skip

    @model_validator(mode="after")
    def _some_term(self) -> "MuMis":
        if self.target_weight == self.irrelevant_weight == 0:
            raise ValueError(
                "target_weight = 0 and irrelevant_weight = 0 leave nothing to minimise; one must be above 0"
            )
        return self


class GradientAscent(MethodSpec):
    """Raise the loss on the forget set."""

    title: ClassVar[str] = "Gradient ascent"
    about: ClassVar[str] = "Raises the loss on the forget set until the model errs on it as often as on unseen images."
    paper: ClassVar[str] = "https://arxiv.org/abs/2109.13398"
    needs: ClassVar[Needs] = Needs("forget")

    name: Literal["gradient-ascent"] = "gradient-ascent"
    max_steps: int = Field(100, ge=1, le=10_000, description="no more steps than this")
    batch_size: int = Field(128, ge=1, le=4096, description="forget images per step")
    step: float = Field(0.001, gt=0, le=1, description="length of a step as a fraction of the weights' norm")


class RandomLabel(MethodSpec):
    """Train the forget set on random wrong labels."""

    title: ClassVar[str] = "Random label"
    about: ClassVar[str] = (
        "Trains the forget images on random wrong labels, with or without retained images beside them."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2010.10981"
    needs: ClassVar[Needs] = Needs("forget", "retain", without={"retain": ("replay", False)})

    name: Literal["random-label"] = "random-label"
    replay: bool = Field(True, description="train on as many retained images, with their labels, in every step")
    max_steps: int = Field(100, ge=1, le=10_000, description="no more steps than this")
    batch_size: int = Field(128, ge=1, le=4096, description="forget images per step")
    learning_rate: float = Field(0.01, gt=0, le=1, description="of SGD with momentum 0.9")


class FineTune(MethodSpec):
    """Go on training on the retain set."""

    title: ClassVar[str] = "Fine-tune"
    about: ClassVar[str] = "Goes on training on the retain set and hopes that the forget set fades."
    paper: ClassVar[str] = "https://arxiv.org/abs/1911.04933"
    needs: ClassVar[Needs] = Needs("retain")

    name: Literal["fine-tune"] = "fine-tune"
    epochs: int = Field(5, ge=1, le=200, description="passes over the retain set")
    batch_size: int = Field(64, ge=2, le=4096, description="retained images per step")
    learning_rate: float = Field(0.02, gt=0, le=1, description="of SGD with momentum 0.9 and weight decay 5e-4")


AnyMethod = Annotated[
    DoNothing | MuMis | GradientAscent | RandomLabel | FineTune,
    Field(discriminator="name"),
]

METHODS: dict[str, type[MethodSpec]] = {
    spec.model_fields["name"].default: spec for spec in get_args(get_args(AnyMethod)[0])
}

METHOD_ADAPTER: TypeAdapter[MethodSpec] = TypeAdapter(AnyMethod)
