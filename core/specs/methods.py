"""The shelf: every unlearning method's name, paper, data needs and settings, without torch.

A setting's bounds and its explanation stand in its ``Field`` and nowhere else: the form, the command line and the
checks read them here. A field marked ``used_if({"variant": "paper"})`` belongs to that choice only: giving it otherwise
is refused, and it is left out of the spec's JSON and key.
"""

from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import Field, TypeAdapter, model_validator

from core.specs.method_base import MethodSpec, Needs, used_if

FALLBACK_FRACTION = 0.75  # of the forget set's first accuracy: where baselines stop if no target is known


def accuracy_note(goes_whole: bool) -> str:
    """Where the forget set's accuracy has its target, for notes."""
    if goes_whole:
        return "it stops when the forget set's accuracy is 0%"
    return (
        "it stops when the forget set's accuracy is down to that of its classes on held-out images, a number from "
        "outside the forget set and the weights"
    )


def baseline_notes(goes_whole: bool, known_accuracy: bool) -> tuple[str, ...]:
    """What departs from their authors in gradient ascent and random label."""
    length = "Departure from its authors: every step has one length, a fraction of the weights' norm, not one rate."
    if goes_whole or known_accuracy:
        return length, f"Departure from its authors: {accuracy_note(goes_whole)}, not after a fixed number of passes."
    guess = f"down to {FALLBACK_FRACTION:g} of its start"
    return length, f"Guess: it stops when the forget set's accuracy is {guess}; no target is known."


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
        description="paper: plain gradient descent at one rate, both terms uncapped. scale-free: steps as a fraction "
        "of the weights' norm, the irrelevant term capped",
    )
    stop: Literal["auto", "accuracy", "sensitivity", "paper"] = Field(
        "auto",
        description="accuracy: the forget set's accuracy reaches its target. sensitivity: the target norm has fallen. "
        "paper: the irrelevant norm has dipped and recovered. auto: paper for the paper variant, else accuracy where "
        "its target is known, else sensitivity",
    )
    max_steps: int = Field(80, ge=1, le=10_000, description="no more steps than this")
    batch_size: int = Field(128, ge=1, le=1024, description="forget images per step")
    draws: int = Field(1, ge=1, le=100, description="irrelevant classes drawn per image and step, averaged")
    target_weight: float = Field(1.0, ge=0, le=10, description="weight of the target term; 0 is the paper's ablation")
    irrelevant_weight: float = Field(1.0, ge=0, le=10, description="weight of the irrelevant term; 0 likewise")
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
        json_schema_extra=used_if({"variant": "scale-free"}),
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

    def stop_rule(self, goes_whole: bool, known_accuracy: bool) -> Literal["accuracy", "sensitivity", "paper"]:
        """The rule that ``stop`` comes to; ``accuracy`` without a target falls back to ``sensitivity``."""
        if self.stop in ("sensitivity", "paper"):
            return self.stop
        if self.stop == "auto" and self.variant == "paper":
            return "paper"
        return "accuracy" if goes_whole or known_accuracy else "sensitivity"

    def step_scale(self, goes_whole: bool) -> float:
        """What the two steps of the scale-free variant are multiplied with."""
        return 1.0 if goes_whole else 0.5

    def notes(self, goes_whole: bool, known_accuracy: bool) -> tuple[str, ...]:
        notes = self._variant_notes(goes_whole) + self._stop_notes(goes_whole, known_accuracy)
        notes.append(
            "Addition to the paper: a guard gives the last good weights back where the irrelevant norm exceeds "
            f"{self.guard:g} times its start, the target norm its own start, or either is no longer finite."
        )
        if self.target_weight != 1 or self.irrelevant_weight != 1:
            weights = f"{self.target_weight:g} to {self.irrelevant_weight:g}"
            notes.append(f"Departure from the paper: the two terms are weighted {weights}, not 1 to 1.")
        if self.draws > 1:
            notes.append(f"Departure from the paper: {self.draws} irrelevant classes per image and step, not one.")
        return tuple(notes)

    def _variant_notes(self, goes_whole: bool) -> list[str]:
        if self.variant == "paper":
            return [
                "The paper tunes its learning rate for every task; the default was found on the digits, without gold.",
                "The paper does not say how BatchNorm is treated; here its statistics are frozen.",
            ]
        head, body = (self.step_scale(goes_whole) * step for step in (self.head_step, self.body_step))
        return [
            f"Departure from the paper: a step moves the last layer by {head:.3g} and the other layers by {body:.3g} "
            "of their norm, where the paper has one learning rate.",
            f"Departure from the paper: the irrelevant norm counts only up to {self.cap:g} times its start.",
            "The default steps and cap were chosen in a pilot with gold models in view: digits 3, 5 and 8, noisy "
            "digit 2, and 30% of noisy digit 5.",
        ]

    def _stop_notes(self, goes_whole: bool, known_accuracy: bool) -> list[str]:
        rule = self.stop_rule(goes_whole, known_accuracy)
        if rule == "paper":
            return [
                f"The paper's stop is read as a dip of the irrelevant norm to {self.delta:g} of its start and a "
                "recovery above that; word for word it would stop at the first rise.",
                "On small networks the irrelevant norm often rises from the first step: then this stop never comes.",
            ]
        if rule == "accuracy":
            return [
                f"Departure from the paper: {accuracy_note(goes_whole)}, not when the irrelevant norm has recovered."
            ]
        guess = [f"Guess: it stops when the target norm is down to {self.fraction:g} of its start."]
        if self.stop == "accuracy":
            guess.append("The stop rule accuracy was asked for, but no target is known: sensitivity takes its place.")
        return guess


class GradientAscent(MethodSpec):
    """Raise the loss on the forget set."""

    title: ClassVar[str] = "Gradient ascent"
    about: ClassVar[str] = "Raises the loss on the forget set until the model errs on it as often as on unseen images."
    paper: ClassVar[str] = "https://arxiv.org/abs/2109.13398"
    needs: ClassVar[Needs] = Needs("forget")

    name: Literal["gradient-ascent"] = "gradient-ascent"
    max_steps: int = Field(100, ge=1, le=10_000, description="no more steps than this")
    batch_size: int = Field(128, ge=1, le=4096, description="forget images per step")
    step: float = Field(3e-4, gt=0, le=1, description="length of a step as a fraction of the weights' norm")

    def notes(self, goes_whole: bool, known_accuracy: bool) -> tuple[str, ...]:
        return baseline_notes(goes_whole, known_accuracy)


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
    step: float = Field(1e-3, gt=0, le=1, description="length of a step as a fraction of the weights' norm")

    def notes(self, goes_whole: bool, known_accuracy: bool) -> tuple[str, ...]:
        fresh = "Departure from its authors: the wrong labels are drawn anew at every step, not once."
        return fresh, *baseline_notes(goes_whole, known_accuracy)


class FineTune(MethodSpec):
    """Go on training on the retain set."""

    title: ClassVar[str] = "Fine-tune"
    about: ClassVar[str] = "Goes on training on the retain set and hopes that the forget set fades."
    paper: ClassVar[str] = "https://arxiv.org/abs/1911.04933"
    needs: ClassVar[Needs] = Needs("retain")

    name: Literal["fine-tune"] = "fine-tune"
    epochs: int = Field(5, ge=1, le=200, description="passes over the retain set")
    learning_rate: float = Field(0.02, gt=0, le=1, description="held constant; all else is the original's recipe")

    def notes(self, goes_whole: bool, known_accuracy: bool) -> tuple[str, ...]:
        return ("It does not look at the forget set: it stops after a fixed number of passes, whatever was forgotten.",)


AnyMethod = Annotated[
    DoNothing | MuMis | GradientAscent | RandomLabel | FineTune,
    Field(discriminator="name"),
]

METHODS: dict[str, type[MethodSpec]] = {
    spec.model_fields["name"].default: spec for spec in get_args(get_args(AnyMethod)[0])
}

METHOD_ADAPTER: TypeAdapter[MethodSpec] = TypeAdapter(AnyMethod)
