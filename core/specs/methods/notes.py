"""Sentences for the screen that several methods share."""

FRESH_LABELS = "Departure from its authors: the wrong labels are redrawn at every step; theirs are drawn once."
PAIRS = "Departure from its authors: every step has as many retained as forget images; theirs alternate or mix them."
FROZEN = "Departure from its authors: BatchNorm statistics are frozen."  # theirs are updated by every batch

FALLBACK_FRACTION = 0.75  # of the forget set's starting accuracy: where baselines stop if no target is known
MAX_LOSS = 0.05  # accuracy on unseen images that a partly forgotten class may lose


def accuracy_note(whole_classes_only: bool) -> str:
    """The stop rule ``accuracy`` in words, as part of a sentence."""
    if whole_classes_only:
        return "it stops when the forget set's accuracy is 0%"
    return (
        "it stops when the forget set's accuracy has fallen to its classes' held-out accuracy (which needs data beyond "
        f"the forget set), or before these classes lose more than {100 * MAX_LOSS:.0f} points of accuracy on unseen "
        "images (estimated on noisy copies of the forget images)"
    )


def stop_note(whole_classes_only: bool, known_accuracy: bool) -> str:
    """The matched stop of the baselines: the same as for MU-Mis."""
    if whole_classes_only or known_accuracy:
        return f"Departure from its authors: {accuracy_note(whole_classes_only)}. Theirs runs a fixed number of passes."
    guess = f"{FALLBACK_FRACTION:g} of its start"
    return f"Guess: it stops when the forget set's accuracy has fallen to {guess}; no target is known."
