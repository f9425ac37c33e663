"""The report of a finished run, one HTML file: numbers, figures, explanations, and how to reproduce the run."""

import json
from collections.abc import Iterator
from html import escape

import pandas as pd

from core.analysis.attack_curves import MODEL_ATTACK, rocs
from core.analysis.metric_values import metric_table
from core.analysis.summary import summarize
from core.export.document import document, figure_html, table_html
from core.export.run_text import accuracy_rows, facts, title
from core.figures import (
    Shown,
    accuracy_comparison,
    attack_roc,
    before_after,
    calibration,
    class_changes,
    feature_bars,
    flow,
    gold_gap,
    playback,
    relearning_curves,
    rise_fall,
    threshold_explorer,
)
from core.glossary import definitions
from core.metrics.catalogue import accuracy_keys
from core.metrics.easy_hard import gold_right, reliability, threshold_table, verdicts
from core.specs import to_command, to_python
from core.store import RunFolder

WORDS = ("gold", "mean gold", "gold spread", "target logit", "irrelevant logit", "–")  # of the glossary


def report(run: RunFolder) -> str:
    """The report of a finished run.

    Raises:
        StoreError: the run is not finished.
        DataUnavailable: its images are the user's own and not on this machine, so the class names are unknown.
    """
    result, spec = run.result, run.spec
    rows = pd.DataFrame(accuracy_rows(result), columns=["model", *accuracy_keys()])
    numbers = metric_table(result)
    notes = "".join(f"<li>{escape(sentence)}</li>" for sentence in result["notes"])
    body = [
        f"<p>{escape(spec.method.about)} {_paper(spec.method.paper)}</p>",
        f"<h2>Result</h2><p>{escape(summarize(result)).replace('**', '')}</p>{table_html(rows)}",
        *(f"<h2>{escape(heading)}</h2>{figure_html(shown, name)}" for heading, name, shown in _figures(run)),
        f"<h2>Every metric</h2>{table_html(numbers)}",
        f"<h2>Run details</h2>{_definitions(facts(result))}<ul>{notes}</ul>",
        f"<h2>Glossary</h2>{_definitions(definitions((*numbers['metric'], *WORDS)))}",
        f"<h2>Reproduce this run</h2><pre>{escape(to_command(spec))}</pre><pre>{escape(to_python(spec))}</pre>",
        f"<h2>Spec</h2><pre>{escape(json.dumps(spec.model_dump(mode='json'), indent=1))}</pre>",
    ]
    return document(title(spec), "\n".join(body))


def _paper(url: str) -> str:
    return f'Described in <a href="{escape(url)}">{escape(url)}</a>.'


def _definitions(entries: dict[str, str]) -> str:
    rows = "".join(f"<dt><b>{escape(name)}</b></dt><dd>{escape(text)}</dd>" for name, text in entries.items())
    return f"<dl>{rows}</dl>"


def _figures(run: RunFolder) -> Iterator[tuple[str, str, Shown]]:
    """Heading, name and figure, for every figure that the run has data for."""
    result, info, samples = run.result, run.spec.model.data.info, run.samples()
    golds = list(result.golds.values())
    trajectory = run.table("trajectory")
    yield "Accuracies of every model", "accuracies", accuracy_comparison(result)
    yield "Difference to the mean gold", "gold-gap", gold_gap(result)
    if len(trajectory) > 1:
        stop = int(trajectory["step"].iloc[-1])
        yield "Step by step", "step-by-step", playback(trajectory, golds, stop=stop)
    yield "Sensitivity of every image, before and after", "before-after", before_after(samples, info.classes)
    yield "Norms that rose or fell", "rise-fall", rise_fall(samples)
    yield "Predictions on the forget set, before and after", "flow", flow(samples, info.classes)
    column = run.spec.group_column
    by, names = (column, info.labels if column == "subclass" else info.classes)
    yield "Test accuracy per class", "class-changes", class_changes(samples, names, by)
    if result.get("easy_hard", {}).get("auc") is not None:
        yield from _easy_and_hard(samples)
    if "attacks" in run.tables:
        attacks = run.table("attacks")
        kinds = set(attacks["attack"])
        kind = MODEL_ATTACK if MODEL_ATTACK in kinds else sorted(kinds)[0]
        yield f"Membership attack: {kind}", "attack", attack_roc(rocs(attacks[attacks["attack"] == kind]))
    if "relearning" in result:
        yield "Relearning", "relearning", relearning_curves(run.table("relearning"), result["relearning"])
        yield "Features", "features", feature_bars(result["representation"])


def _easy_and_hard(samples: pd.DataFrame) -> Iterator[tuple[str, str, Shown]]:
    """Figures of TMU's predictions, unless all are equal."""
    images, right = verdicts(samples), gold_right(samples)
    probabilities = images["p_hard"].to_numpy()
    if images["p_hard"].nunique() > 1:
        yield "Easy or hard: threshold", "cuts", threshold_explorer(threshold_table(probabilities, right), images)
        yield "Easy or hard: calibration", "calibration", calibration(reliability(probabilities, right))
