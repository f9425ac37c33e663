"""Words about a run that its report, its notebook and its model card share."""

from collections.abc import Mapping
from typing import Any

from core.analysis.method_comparison import SIGNED
from core.figures import in_role_order
from core.specs import RunSpec
from core.specs.sweep import variant_label

GLOSSARY = {
    "FA": "accuracy on the forget set: the training images to forget. The aim is gold's value, not zero.",
    "RA": "accuracy on the retain set: the other training images.",
    "TA": "accuracy on the whole test set.",
    "FA_test": "accuracy on the test images of what is forgotten.",
    "RA_test": "accuracy on the other test images.",
    "–": "not defined: the request touches every class.",
    "gold": "a model retrained by the original's recipe without the forget set, from weights of its own: the target.",
    "average gap": "mean of the absolute differences of FA, RA and TA to the mean gold.",
    "gold spread": "what one gold differs from the mean of the others: nothing below it is called a difference.",
}


def title(spec: RunSpec) -> str:
    """What was forgotten, of what, and how."""
    return f"{spec.model.data.info.title}: {spec.forget.title} forgotten by {variant_label(spec.method)}"


def accuracy_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """A line per model: its role and its five accuracies in percent; a dash where one is not defined."""
    found = result["accuracy"]
    return [
        [role, *("–" if found[role][name] is None else f"{found[role][name]:.2%}" for name in SIGNED)]
        for role in in_role_order(found)
    ]


def facts(result: Mapping[str, Any]) -> dict[str, str]:
    """How the unlearning went, and on what."""
    retraining = result.retraining_seconds
    return {
        "run": result["run"],
        "forget set": f"{result['forget']['size']} images, sha256 {result['forget']['sha256']}",
        "steps": str(result["steps"]),
        "stopped": result["stop_reason"],
        "seconds of unlearning": f"{result['seconds']['unlearn']:.2f}",
        "seconds of one retraining": "not known" if retraining is None else f"{retraining:.2f}",
        "device": result["device"],
        **result["versions"],
    }
