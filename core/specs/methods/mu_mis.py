"""MU-Mis on the shelf."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from core.specs.methods.base import MethodSpec, Needs, used_if
from core.specs.methods.notes import accuracy_note

TWO_TERMS = ({"penalty": "squared"}, {"penalty": "norm"})


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
        description="paper: plain gradient descent at one rate, both terms uncapped. scale-free: steps as a fraction "
        "of the weights' norm, the irrelevant term capped",
    )
    stop: Literal["auto", "accuracy", "sensitivity", "paper"] = Field(
        "auto",
        description="accuracy: the forget set's accuracy reaches its target. sensitivity: the target norm has fallen. "
        "paper: the irrelevant norm has dipped and recovered. auto: paper for the paper variant, else accuracy where "
        "its target is known, else sensitivity",
    )
    penalty: Literal["squared", "norm", "jacobian"] = Field(
        "squared",
        description="squared: the paper's squared norms. norm: norms in their place. jacobian: a control, the input "
        "gradients of all logits are lowered, irrelevant ones included",
    )
    max_steps: int = Field(80, ge=1, le=10_000, description="no more steps than this")
    batch_size: int = Field(128, ge=1, le=1024, description="forget images per step")
    draws: int = Field(1, ge=1, le=100, description="irrelevant classes drawn per image and step, averaged")
    target_weight: float = Field(
        1.0, ge=0, le=10, description="weight of the target term; 0 is the paper's ablation",
        json_schema_extra=used_if(*TWO_TERMS),
    )  # fmt: skip
    irrelevant_weight: float = Field(
        1.0, ge=0, le=10, description="weight of the irrelevant term; 0 likewise",
        json_schema_extra=used_if(*TWO_TERMS),
    )  # fmt: skip
    learning_rate: float = Field(
        3e-4, gt=0, le=1, description="of plain gradient descent; the default, found on the digits without gold, is "
        "the largest with which most classes make ten steps before the guard speaks",
        json_schema_extra=used_if({"variant": "paper"}),
    )  # fmt: skip
    head_step: float = Field(
        0.02, gt=0, le=1, description="step of the last layer, as a fraction of its norm; half for less than whole "
        "classes", json_schema_extra=used_if({"variant": "scale-free"}),
    )  # fmt: skip
    body_step: float = Field(
        0.001, ge=0, le=1, description="step of all other layers, likewise",
        json_schema_extra=used_if({"variant": "scale-free"}),
    )  # fmt: skip
    cap: float = Field(
        1.2, ge=1, le=100, description="the irrelevant norm counts up to this multiple of its start",
        json_schema_extra=used_if(*({"variant": "scale-free", **terms} for terms in TWO_TERMS)),
    )  # fmt: skip
    delta: float = Field(
        0.9, gt=0, lt=1, description="paper's stop: dip to this fraction of the start, then recover above it",
        json_schema_extra=used_if({"stop": "paper"}, {"stop": "auto", "variant": "paper"}),
    )  # fmt: skip
    fraction: float = Field(
        0.75, gt=0, lt=1, description="sensitivity's stop: target norm down to this fraction of its start (a guess)",
        json_schema_extra=used_if(
            {"stop": "sensitivity"}, {"stop": "accuracy"}, {"stop": "auto", "variant": "scale-free"}
        ),
    )  # fmt: skip
    guard: float = Field(
        1.5, gt=1, le=1000, description="stop and give the last good weights back where the irrelevant norm exceeds "
        "this multiple of its start",
    )  # fmt: skip

    @model_validator(mode="after")
    def _some_term(self) -> Self:
        if self.target_weight == self.irrelevant_weight == 0:
            raise ValueError(
                "target_weight = 0 and irrelevant_weight = 0 leave nothing to minimise; one must be above 0"
            )
        return self

    def stop_rule(self, whole_classes_only: bool, known_accuracy: bool) -> Literal["accuracy", "sensitivity", "paper"]:
        """The rule that ``stop`` comes to; ``accuracy`` without a target falls back to ``sensitivity``."""
        if self.stop in ("sensitivity", "paper"):
            return self.stop
        if self.stop == "auto" and self.variant == "paper":
            return "paper"
        return "accuracy" if whole_classes_only or known_accuracy else "sensitivity"

    def step_scale(self, whole_classes_only: bool) -> float:
        """What the two steps of the scale-free variant are multiplied with."""
        return 1.0 if whole_classes_only else 0.5

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        notes = self._variant_notes(whole_classes_only) + self._stop_notes(whole_classes_only, known_accuracy)
        notes.append(
            "Addition to the paper: a guard gives the last good weights back where the irrelevant norm exceeds "
            f"{self.guard:g} times its start, the target norm its own start, or either is no longer finite."
        )
        if self.target_weight != 1 or self.irrelevant_weight != 1:
            weights = f"{self.target_weight:g} to {self.irrelevant_weight:g}"
            notes.append(f"Departure from the paper: the two terms are weighted {weights}, not 1 to 1.")
        if self.penalty == "norm":
            notes.append(
                "Departure from the paper: norms in place of their squares; its appendix has this as a control."
            )
        if self.penalty == "jacobian":
            notes.append(
                "Departure from the paper: the input gradients of all logits are lowered, estimated from the target "
                "and the drawn ones; its appendix has this as a control."
            )
        if self.draws > 1:
            notes.append(f"Departure from the paper: {self.draws} irrelevant classes per image and step, not one.")
        return tuple(notes)

    def _variant_notes(self, whole_classes_only: bool) -> list[str]:
        if self.variant == "paper":
            return [
                "The paper tunes its learning rate for every task; the default was found on the digits, without gold.",
                "The paper does not say how BatchNorm is treated; here its statistics are frozen.",
            ]
        capped = f"Departure from the paper: the irrelevant norm counts only up to {self.cap:g} times its start."
        second = [capped] if self.uses("cap") else []
        head, body = (self.step_scale(whole_classes_only) * step for step in (self.head_step, self.body_step))
        return [
            f"Departure from the paper: a step moves the last layer by {head:.3g} and the other layers by {body:.3g} "
            "of their norm, where the paper has one learning rate.",
            *second,
            "The default steps and cap were chosen in a pilot with gold models in view: digits 3, 5 and 8, noisy "
            "digit 2, and 30% of noisy digit 5.",
        ]

    def _stop_notes(self, whole_classes_only: bool, known_accuracy: bool) -> list[str]:
        rule = self.stop_rule(whole_classes_only, known_accuracy)
        if rule == "paper":
            return [
                f"The paper's stop is read as a dip of the irrelevant norm to {self.delta:g} of its start and a "
                "recovery above that; word for word it would stop at the first rise.",
                "On small networks the irrelevant norm often rises from the first step: then this stop never comes.",
            ]
        if rule == "accuracy":
            stop = accuracy_note(whole_classes_only)
            return [f"Departure from the paper: {stop}, not when the irrelevant norm has recovered."]
        guess = [f"Guess: it stops when the target norm is down to {self.fraction:g} of its start."]
        if self.stop == "accuracy":
            guess.append("The stop rule accuracy was asked for, but no target is known: sensitivity takes its place.")
        return guess
