"""Texts shared by report, notebook and model card of a run: title, accuracies, details."""

from collections.abc import Mapping
from typing import Any

from core.figures import in_role_order
from core.metrics.catalogue import accuracy_keys
from core.results import Result
from core.specs import RunSpec
from core.specs.sweep import variant_label


def title(spec: RunSpec) -> str:
    """Title of a run: data set, forget set and method."""
    return f"{spec.model.data.info.title}: {spec.forget.title} forgotten by {variant_label(spec.method)}"


def accuracy_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """One row per model: role and five accuracies in percent; a dash if not defined."""
    found = result["accuracy"]
    return [
        [role, *("–" if (value := found[role].get(name)) is None else f"{value:.2%}" for name in accuracy_keys())]
        for role in in_role_order(found)
    ]


def facts(result: Result) -> dict[str, str]:
    """Details of a run: forget set, steps, stop reason, times, device, versions."""
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
