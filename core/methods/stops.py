"""Stop rules, the guard, and their sentences for the screen."""

import math
from collections.abc import Callable, Sequence
from typing import ClassVar

from torch import Tensor, nn

from core.inference import accuracy
from core.methods.stand_ins import StandIns
from core.methods.steps import get_weights, nearest_on_last_step, set_weights
from core.specs.methods.notes import FALLBACK_FRACTION, MAX_LOSS

ACCURACY_IMAGES = 1000  # forget images for the rule ``accuracy`` and the verdict
TOLERANCE = 0.05  # of the forget set's accuracy, for the verdict
TOO_MUCH = (
    f"one more step would cost these classes more than {100 * MAX_LOSS:.0f} points of accuracy on unseen images "
    "(estimated on noisy copies of the forget images)"
)


class Falls:
    """Met when a value is at or below its target: the rules ``accuracy`` and ``sensitivity``.

    Args:
        what: name of the value, as the subject of a sentence.
        target: a fraction.
        start: the value before the first step.
        enough: reason for no step if the start is at or below the target.
    """

    once_per_pass: ClassVar[bool] = False

    def __init__(self, what: str, target: float, start: float = 1.0, enough: str = "") -> None:
        self.what = what
        self.target = target
        self.start = start
        self.enough = enough

    def met(self, value: float) -> bool:
        """Whether to stop at this value."""
        return value <= self.target

    def reached(self, value: float) -> str:
        """Stop reason when the target is reached and the model is left at this value."""
        if value < self.start:
            return f"{self.what} fell to {value:.1%}; its target was {self.target:.1%}"
        return (
            f"{self.what} is {value:.1%}, no lower than at the start: the last step overshot the target of "
            f"{self.target:.1%}, and no point on it is nearer"
        )

    def missed(self) -> str:
        """Second half of the stop reason at the step limit."""
        return f"{self.what} did not fall to its target of {self.target:.1%}"

    def left(self, value: float) -> str:
        """Second half of the stop reason when the model is left before its target."""
        return f"{self.what} is {value:.1%}, its target was {self.target:.1%}"


class Recovers:
    """Met when a value has been at or below ``delta`` and is above it again: the rule ``paper``.

    The value is the irrelevant norm as a fraction of its start. The rule follows Fig. 4 of the MU-Mis paper (third
    version): a dip and a recovery. Taken literally, "past its minimum and above delta" would stop at the first rise,
    before anything is forgotten.
    """

    once_per_pass: ClassVar[bool] = True

    def __init__(self, delta: float) -> None:
        self.delta = delta
        self.lowest = 1.0  # the start, as a fraction of itself

    def met(self, value: float) -> bool:
        """Whether to stop at this value."""
        self.lowest = min(self.lowest, value)
        return self.lowest <= self.delta < value

    def reached(self, value: float) -> str:
        """Stop reason when the norm has recovered to this value."""
        return f"the irrelevant norm dipped to {self.lowest:.1%} of its start and recovered to {value:.1%}"

    def missed(self) -> str:
        """Second half of the stop reason at the step limit."""
        if self.lowest > self.delta:
            return f"the irrelevant norm never dipped to {self.delta:.1%} of its start (lowest: {self.lowest:.1%})"
        return f"the irrelevant norm dipped to {self.lowest:.1%} of its start and did not recover"


class Stop:
    """A stop rule with its measured value, the step limit, and a limit on the loss on unseen images.

    Args:
        unseen: stand-ins for unseen images of partly forgotten classes; None if not available.

    Attributes:
        value: the last measured value; None before the first.
    """

    def __init__(
        self, rule: Falls | Recovers, measure: Callable[[], float], limit: int, unseen: StandIns | None = None
    ) -> None:
        self.rule = rule
        self.measure = measure
        self.limit = limit
        self.unseen = unseen
        self.value: float | None = None

    def needless(self) -> str | None:
        """The reason for no step if a falling value starts at its target; else None."""
        return self.rule.enough if isinstance(self.rule, Falls) and self.rule.met(self.rule.start) else None

    def reason(self, model: nn.Module, before: Sequence[Tensor], step: int, *, ends_pass: bool) -> str | None:
        """The stop reason after this step, or None.

        If a falling value has reached its target, the model moves to the nearest point on the step. If unseen images
        of the same classes lose too much accuracy, the step is undone.

        Args:
            before: the weights before the step.
            step: its number, from 1.
            ends_pass: whether it was the last step of a pass over the forget set.
        """
        if isinstance(self.rule, Falls) and self.unseen is not None and self.unseen.loss() > MAX_LOSS:
            set_weights(model, before)
            self.value = self.measure()
            return f"{TOO_MUCH}; {self.rule.left(self.value)}"
        if ends_pass or not self.rule.once_per_pass:
            self.value = self.measure()
            if self.rule.met(self.value):
                if isinstance(self.rule, Falls):
                    self.value = nearest_on_last_step(model, before, self.measure, self.rule.target)
                return self.rule.reached(self.value)
        return f"step limit of {self.limit} reached: {self.rule.missed()}" if step == self.limit else None


def accuracy_stop(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    target: float | None,
    limit: int,
    unseen: StandIns | None = None,
) -> Stop:
    """The rule ``accuracy`` on the first ``ACCURACY_IMAGES`` of these forget images.

    The target is rounded to whole images, because other accuracies can't be reached.

    Args:
        images, labels: (N, C, H, W) and (N,), in random order.
        target: None for ``FALLBACK_FRACTION`` of the current accuracy, a guess.
        limit: maximum number of steps.
        unseen: see ``Stop``.
    """
    images, labels = images[:ACCURACY_IMAGES], labels[:ACCURACY_IMAGES]

    def measure() -> float:
        return accuracy(model, images, labels)

    start = measure()
    count = len(labels)
    wanted = whole_images(FALLBACK_FRACTION * start if target is None else target, count)
    enough = _enough(round(start * count), wanted, count, guessed=target is None)
    return Stop(Falls("the forget set's accuracy", wanted / count, start, enough), measure, limit, unseen)


def whole_images(share: float, count: int) -> int:
    """A share of ``count`` images as a number of images."""
    return math.floor(share * count + 0.5)


def _enough(right: int, wanted: int, count: int, *, guessed: bool) -> str:
    if guessed:
        return f"no step was made: the stop, a guess, leaves {wanted} of {right} correctly classified forget images"
    if count > 1:
        return (
            f"no step was needed: {right} of {count} forget images are classified right, and a model that never saw "
            f"them is expected to get {wanted} right"
        )
    if right:
        return "no step was needed: a model that never saw the forget image is expected to get it right"
    return "no step was needed: the forget image is classified wrong already"


def verdict(found: float, start: float, target: float | None) -> str:
    """What a stop reason must add, whatever the rule: that the forget set is not forgotten, or more than it should be.

    Args:
        found, start: the forget set's accuracy at the end and at the start.
        target: that expected of a model that never saw it, rounded to whole images; None if unknown.

    Returns:
        The end of a sentence; empty if there is nothing to say.
    """
    if found >= start:
        return f"; nothing is forgotten: the forget set's accuracy is {found:.1%}, at the start {start:.1%}"
    if target is None or abs(found - target) <= TOLERANCE:
        return ""
    amount = "too little" if found > target else "too much"
    return (
        f"; {amount} is forgotten: a model that never saw the forget set is expected to classify {target:.1%} of it "
        f"right, this one classifies {found:.1%}"
    )


class Guard:
    """Keeps the last good weights, and restores them if the forget set's mean norms exceed their limits.

    Args:
        norms: measures the mean target norm and the mean irrelevant norm.
        target_limit, irrelevant_limit: in multiples of their start.
    """

    def __init__(
        self,
        model: nn.Module,
        norms: Callable[[], tuple[float, float]],
        *,
        target_limit: float,
        irrelevant_limit: float,
    ) -> None:
        self.model = model
        self.norms = norms
        self.limits = target_limit, irrelevant_limit
        self.start = norms()
        self.good = get_weights(model)
        self.good_step = 0

    def check(self, step: int) -> str | None:
        """None if the norms are within their limits; else restores the last good weights and returns the reason."""
        target, irrelevant = map(ratio, self.norms(), self.start)
        signal = alarm(target, irrelevant, *self.limits)
        if signal is None:
            self.good, self.good_step = get_weights(self.model), step
            return None
        set_weights(self.model, self.good)
        where = f"of step {self.good_step}" if self.good_step else "from before the first step"
        return f"guard: {signal}; the weights {where} were restored"


def alarm(target: float, irrelevant: float, target_limit: float, irrelevant_limit: float) -> str | None:
    """The guard's reason to stop at these mean norms, or None; all four are multiples of the start."""
    if not math.isfinite(target + irrelevant):
        return "the input gradients were not finite"
    if irrelevant > irrelevant_limit:
        return f"the irrelevant norm rose to {irrelevant:.3g} times its start, above the limit of {irrelevant_limit:g}"
    if target > target_limit:
        return f"the target norm rose to {target:.3g} times its start, above the limit of {target_limit:g}"
    return None


def ratio(value: float, start: float) -> float:
    """value / start; NaN if the start is 0."""
    return value / start if start else math.nan
