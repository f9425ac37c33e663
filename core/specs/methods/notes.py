"""Notes that several methods share."""

FRESH_LABELS = "Departure from its authors: the wrong labels are drawn anew at every step, not once."
PAIRS = "Departure from its authors: every step has as many retained images as forget images; they take turns or mix."
FROZEN = "Departure from its authors: BatchNorm keeps its statistics."  # theirs learns from every batch

FALLBACK_FRACTION = 0.75  # of the forget set's first accuracy: where baselines stop if no target is known
MAX_LOSS = 0.05  # of accuracy on unseen images, that a class may lose of which training images remain


def accuracy_note(whole_classes_only: bool) -> str:
    """Where the forget set's accuracy has its target."""
    if whole_classes_only:
        return "it stops when the forget set's accuracy is 0%"
    return (
        "it stops when the forget set's accuracy is down to that of its classes on held-out images (a number from "
        "outside the forget set and the weights), or when these classes would lose more than "
        f"{100 * MAX_LOSS:.0f} points of accuracy on unseen images (estimated on noisy copies of the forget images)"
    )


def stop_note(whole_classes_only: bool, known_accuracy: bool) -> str:
    """The stop that baselines share with MU-Mis."""
    if whole_classes_only or known_accuracy:
        return f"Departure from its authors: {accuracy_note(whole_classes_only)}, not after a fixed number of passes."
    guess = f"down to {FALLBACK_FRACTION:g} of its start"
    return f"Guess: it stops when the forget set's accuracy is {guess}; no target is known."
