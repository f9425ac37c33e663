"""A new metric is a function and an entry in the catalogue: runs, tables, figures, reports and lists find it."""

from collections.abc import Callable

import numpy as np
import pytest

from core import RunSpec, Store
from core.analysis.method_comparison import compare_variants, overview
from core.cli import main
from core.export import report
from core.figures import methods_forest, methods_matrix
from core.glossary import tooltip
from core.jobs.worker import attempt
from core.metrics.catalogue import METRICS
from core.metrics.metric import SHARE, Metric
from core.metrics.output_divergence import OUTPUT_METRICS
from core.store import RunFolder

ENTRY = Metric(
    "variation", "Total variation from gold", "Distance to gold",
    about="Share of the probability that the model gives to other classes than gold does.",
    formula="Σ_k |p_k − q_k| / 2", unit=SHARE, direction="lower", place="outputs.{role}.variation", short="TV",
    compared=True,
)  # fmt: skip


def variation(log_p: np.ndarray, log_q: np.ndarray) -> float:
    return float(np.abs(np.exp(log_p) - np.exp(log_q)).sum(axis=1).mean() / 2)


@pytest.fixture
def run(quick: Callable[..., RunSpec], store: Store, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A finished run of a core that has the metric."""
    monkeypatch.setitem(OUTPUT_METRICS, "variation", variation)
    monkeypatch.setitem(METRICS, "variation", ENTRY)
    spec = quick("gradient-ascent", settings={"model.train.epochs": 1})
    assert attempt(store, store.submit(spec), "cpu") == "done"
    return store.run(spec.id)


def test_everything_that_reads_the_catalogue_has_it(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    result = run.result
    own = result["outputs"]["unlearned"]["variation"]
    assert 0 < own <= 1
    table = compare_variants([result])
    rows = table[table["metric"] == "variation"].set_index("track")
    assert rows.loc["forget", "value"] == own
    assert rows.loc["forget", "floor"] == np.mean([result["outputs"][gold]["variation"] for gold in result.golds])
    assert overview([result]).set_index("track").loc["forget", "variation"] == own
    forest, matrix = methods_forest(table, "variation"), methods_matrix(table)
    assert forest.figure.layout.xaxis.title.text == "TV: distance to the mean gold"
    assert forest.figure.layout.xaxis.tickformat == "~%"
    assert "TV" in matrix.figure.layout.xaxis.ticktext
    assert matrix.table.set_index("track").loc["forget", "variation"] == own
    text = report(run)
    assert ENTRY.name in text
    assert ENTRY.about in text
    assert tooltip("variation").startswith(ENTRY.about)
    assert main(["list", "metrics"]) == 0
    assert f"variation\t{ENTRY.name}\tshare\tlower\t{ENTRY.about}" in capsys.readouterr().out
