"""The spec of MU-Mis."""

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from core.specs.methods.base import MethodSpec, Needs, used_if
from core.specs.methods.notes import accuracy_note

TWO_TERMS = ({"penalty": "squared"}, {"penalty": "norm"})
CENTRED = {"variant": "scale-free", "logits": "centred"}
FEW_CLASSES = 5
STORED = {"variant", "stop", "penalty", "max_steps", "batch_size", "draws", "head_step", "body_step", "guard"}


class MuMis(MethodSpec):
    """MU-Mis: lowers the input gradient of the target logit and raises that of irrelevant logits."""

    title: ClassVar[str] = "MU-Mis"
    about: ClassVar[str] = (
        "Lowers the input gradient of the target logit and raises that of irrelevant logits; needs only the forget "
        "set and the weights."
    )
    paper: ClassVar[str] = "https://arxiv.org/abs/2402.15109"
    needs: ClassVar[Needs] = Needs("forget")

    name: Literal["mu-mis"] = "mu-mis"
    variant: Literal["scale-free", "paper"] = Field(
        "scale-free",
        description="paper: plain gradient descent with one learning rate, no cap. scale-free: step length is a "
        "fraction of the weights' norm, and the irrelevant term is capped",
    )
    logits: Literal["centred", "raw"] = Field(
        "centred",
        description="logits whose input gradients the loss takes. centred: each minus the mean of all, which leaves "
        "out what has no effect on predictions. raw: as in the paper",
        exclude_if=lambda logits: logits == "raw",  # keys of runs from before this setting stay the same
        json_schema_extra=used_if({"variant": "scale-free"}),
    )
    stop: Literal["auto", "accuracy", "sensitivity", "paper"] = Field(
        "auto",
        description="accuracy: stop when the forget set's accuracy reaches its target. sensitivity: when the target "
        "norm has fallen. paper: when the irrelevant norm has dipped and recovered. auto: paper for the paper "
        "variant; else accuracy (with raw logits sensitivity if no target is known)",
    )
    penalty: Literal["squared", "norm", "jacobian"] = Field(
        "squared",
        description="squared: squared norms, as in the paper. norm: norms without the square. jacobian: a control that "
        "lowers the input gradients of all logits, irrelevant ones included",
    )
    max_steps: int = Field(80, ge=1, le=10_000, description="maximum number of steps")
    batch_size: int = Field(128, ge=1, le=1024, description="forget images per step")
    draws: int = Field(
        1, ge=1, le=100, description="irrelevant classes drawn per image and step; their terms are averaged"
    )
    target_weight: float = Field(
        1.0, ge=0, le=10, description="weight of the target term; 0 is the paper's ablation",
        json_schema_extra=used_if(*TWO_TERMS),
    )  # fmt: skip
    irrelevant_weight: float = Field(
        1.0, ge=0, le=10, description="weight of the irrelevant term; 0 is the paper's ablation",
        json_schema_extra=used_if(*TWO_TERMS),
    )  # fmt: skip
    learning_rate: float = Field(
        3e-4, gt=0, le=1,
        description="learning rate of plain gradient descent; the default, chosen on the digits without "
        "gold models, is the largest at which most classes make ten steps before the guard triggers",
        json_schema_extra=used_if({"variant": "paper"}),
    )  # fmt: skip
    head_step: float = Field(
        0.02, gt=0, le=1, description="step length of the last layer, as a fraction of its norm; halved unless whole "
        "classes are forgotten", json_schema_extra=used_if({"variant": "scale-free"}),
    )  # fmt: skip
    body_step: float = Field(
        0.001, ge=0, le=1, description="step length of all other layers, likewise",
        json_schema_extra=used_if({"variant": "scale-free"}),
    )  # fmt: skip
    body_share: float = Field(
        0.1, ge=0, le=10, description="the step of the other layers is shortened until it lowers the loss by at most "
        "this multiple of what the last layer's step does (to first order)", json_schema_extra=used_if(CENTRED),
    )  # fmt: skip
    logit_weight: float = Field(
        0.3, ge=0, le=10, description="weight of a term that lowers the target logit itself, in the last layer only",
        json_schema_extra=used_if(*({**CENTRED, **terms} for terms in TWO_TERMS)),
    )  # fmt: skip
    cap: float = Field(
        1.2, ge=1, le=100,
        description="the irrelevant term counts only while its norm is below this multiple of its start",
        json_schema_extra=used_if(*({"variant": "scale-free", **terms} for terms in TWO_TERMS)),
    )  # fmt: skip
    delta: float = Field(
        0.9, gt=0, lt=1,
        description="stop rule paper: the irrelevant norm dips to this fraction of its start, then recovers",
        json_schema_extra=used_if({"stop": "paper"}, {"stop": "auto", "variant": "paper"}),
    )  # fmt: skip
    fraction: float = Field(
        0.75, gt=0, lt=1,
        description="stop rule sensitivity: the target norm falls to this fraction of its start (a guess)",
        json_schema_extra=used_if(
            {"stop": "sensitivity"}, {"stop": "accuracy"}, {"stop": "auto", "variant": "scale-free"}
        ),
    )  # fmt: skip
    guard: float = Field(
        1.5, gt=1, le=1000, description="stop and restore the last good weights if the irrelevant norm exceeds this "
        "multiple of its start",
    )  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _from_before_logits(cls, values: Any) -> Any:
        """Stored specs name all their settings; without ``logits`` they had the raw ones."""
        stored = isinstance(values, dict) and set(cls.model_fields) - {"logits"} >= set(values) >= STORED
        return {**values, "logits": "raw"} if stored and values["variant"] == "scale-free" else values

    @model_validator(mode="after")
    def _some_term(self) -> Self:
        if self.target_weight == self.irrelevant_weight == 0:
            raise ValueError(
                "target_weight = 0 and irrelevant_weight = 0 leave nothing to minimise; one must be above 0"
            )
        return self

    @property
    def centred(self) -> bool:
        """Whether the loss takes centred logits."""
        return self._has(CENTRED)

    def stop_rule(self, whole_classes_only: bool, known_accuracy: bool) -> Literal["accuracy", "sensitivity", "paper"]:
        """The stop rule in effect; ``accuracy`` without a target falls back to ``sensitivity``."""
        if self.stop in ("sensitivity", "paper"):
            return self.stop
        if self.stop == "auto" and self.variant == "paper":
            return "paper"
        return "accuracy" if whole_classes_only or known_accuracy else "sensitivity"

    def step_scale(self, whole_classes_only: bool) -> float:
        """Factor of both step lengths in the scale-free variant."""
        return 1.0 if whole_classes_only else 0.5

    def notes(self, whole_classes_only: bool, known_accuracy: bool) -> tuple[str, ...]:
        notes = self._variant_notes(whole_classes_only) + self._stop_notes(whole_classes_only, known_accuracy)
        notes.append(
            "Addition to the paper: a guard restores the last good weights if the irrelevant norm exceeds "
            f"{self.guard:g} times its start, if the target norm exceeds its start, or if either is not finite."
        )
        if self.target_weight != 1 or self.irrelevant_weight != 1:
            weights = f"{self.target_weight:g} to {self.irrelevant_weight:g}"
            notes.append(f"Departure from the paper: the two terms are weighted {weights}, not 1 to 1.")
        if self.penalty == "norm":
            notes.append("Departure from the paper: norms instead of squared norms; a control in its appendix.")
        if self.penalty == "jacobian":
            notes.append(
                "Departure from the paper: the input gradients of all logits are lowered, estimated from the target "
                "logit and the drawn ones; a control in its appendix."
            )
        if self.draws > 1:
            notes.append(f"Departure from the paper: {self.draws} irrelevant classes per image and step, not one.")
        return tuple(notes)

    def warnings(self, classes: int, by_subclass: bool) -> tuple[str, ...]:
        found = []
        if not self.centred and classes <= FEW_CLASSES:
            found.append(
                f"With raw logits and only {classes} classes MU-Mis often forgets too little or harms other classes: "
                "of seven whole classes out of three, none reached an FA of 0% and two kept 100% (digits, small "
                "network)."
            )
        if by_subclass:
            found.append(
                "MU-Mis can't know when a sub-class is forgotten: of eight sub-classes retrained models classify 2% to "
                "93% right (digits, handwriting), and the forget set does not tell which. Its stop forgets next to "
                "nothing, because going on harms the other sub-classes."
            )
        return tuple(found)

    def _variant_notes(self, whole_classes_only: bool) -> list[str]:
        if self.variant == "paper":
            return [
                "The paper tunes its learning rate for every task; the default was chosen on the digits, without gold "
                "models.",
                "The paper does not say how BatchNorm is treated; here its statistics are frozen.",
            ]
        capped = f"Departure from the paper: the irrelevant term is capped at {self.cap:g} times its starting norm."
        second = [capped] if self.uses("cap") else []
        head, body = (self.step_scale(whole_classes_only) * step for step in (self.head_step, self.body_step))
        return [
            *self._logits_notes(),
            f"Departure from the paper: a step moves the last layer by {head:.3g} and the other layers by {body:.3g} "
            "of their norm; the paper has one learning rate.",
            *second,
            "The default step lengths and cap were chosen in a pilot that looked at gold models: digits 3, 5 and 8, "
            "noisy digit 2, and 30% of noisy digit 5.",
        ]

    def _logits_notes(self) -> list[str]:
        if not self.centred:
            return []
        notes = [
            "Departure from the paper: input gradients of centred logits, which are logits minus their mean. With few "
            "classes the loss of raw logits can fall because all logits move together, which forgets nothing.",
            f"Addition to the paper: the step of the other layers is shortened until it lowers the loss by at most "
            f"{self.body_share:g} times what the last layer's step does.",
        ]
        if self.uses("logit_weight") and self.logit_weight:
            notes.append(
                "Addition to the paper: the last layer also lowers the target logit itself, with a weight of "
                f"{self.logit_weight:g}, because input gradients don't see the constant part of a logit. With two "
                "classes only the bias of the target logit is lowered: both centred logits have equal input gradients."
            )
        return notes

    def _stop_notes(self, whole_classes_only: bool, known_accuracy: bool) -> list[str]:
        rule = self.stop_rule(whole_classes_only, known_accuracy)
        if rule == "paper":
            return [
                f"The paper's stop is read as follows: the irrelevant norm dips to {self.delta:g} of its start and "
                "then recovers above that. Taken literally, the rule would stop at the first rise.",
                "On small networks the irrelevant norm often rises from the first step; then this rule never stops.",
            ]
        if rule == "accuracy":
            stop = accuracy_note(whole_classes_only)
            return [f"Departure from the paper: {stop}. The paper stops when the irrelevant norm has recovered."]
        guess = [f"Guess: it stops when the target norm has fallen to {self.fraction:g} of its start."]
        if self.stop == "accuracy":
            guess.append("The stop rule accuracy has no known target here, so the rule sensitivity is used.")
        return guess
