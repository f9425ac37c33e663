"""The glossary: one sentence for every term and metric, with a formula where it helps.

Tooltips, table headers, reports, the command line and ``docs/glossary.md`` read it. Metrics come from the catalogue.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core.metrics.catalogue import METRICS
from core.metrics.metric import Metric


class Term(NamedTuple):
    """The meaning of a term."""

    about: str
    formula: str = ""


TERMS = {
    "forget set": Term("The training images to forget.", "D_f"),
    "retain set": Term("The training images that stay.", "D_r = training images without D_f"),
    "test set": Term("Images for evaluation only; no model is trained or tuned on them."),
    "pool": Term("Labelled held-out images for methods that need extra data; no original or gold is trained on them."),
    "request": Term("The forget set and all settings that define the original and the gold models."),
    "recipe": Term("Training settings: optimiser, schedule, epochs, augmentation; gold uses the original's."),
    "initial": Term("The network before training, with random weights."),
    "original": Term("The model before unlearning, trained on all training images; as a method: do nothing."),
    "unlearned": Term("The model that the method returns."),
    "gold": Term(
        "A model retrained from scratch without the forget set, by the original's recipe with another seed: the target."
    ),
    "mean gold": Term("The mean of a metric over all gold models."),
    "gold spread": Term(
        "The noise floor: how much a gold model differs from the mean of the others. Smaller differences are "
        "noise.",
        "mean over k of |gold k − mean of the other golds|",
    ),
    "under-forgotten": Term("The model still knows more of the forget set than gold does."),
    "over-forgotten": Term("The model knows less of the forget set than gold does; that reveals a removal."),
    "–": Term("Not defined or not measured."),
    "target logit": Term("The logit of an image's label.", "f_c(x)"),
    "irrelevant logit": Term("The logit of any other class.", "f_c'(x) with c' ≠ c"),
    "sensitivity": Term(
        "How strongly a logit depends on the pixels of one image: the norm of its input gradient.", "‖∇ₓ f_k(x)‖₂"
    ),
    "easy": Term("A forget image that gold classifies right, usually because similar images remain in the retain set."),
    "hard": Term("A forget image that gold classifies wrong."),
    "p_hard": Term("TMU's predicted probability that gold classifies the image wrong.", "p(hard)"),
    "nf": Term(
        "NF: mean distance, in the original's features, to the five nearest retained images of the class.",
        "mean over j ≤ 5 of ‖h(x) − h(x_j)‖₂",
    ),
    "af": Term(
        "AF: cross-entropy between the original's probabilities for an image and for its adversarial copy x'.",
        "−Σ_k p_k(x) · log p_k(x')",
    ),
    "cf": Term("CF: mean loss of an image under briefly trained models (TMU's curriculum loss)."),
    "twin": Term(
        "TMU's model of a forgetting problem with a known answer: the original, trained further on pool images."
    ),
    "other golds": Term(
        "AUC of predicting each gold by the other golds' mean probability of being wrong. An estimate of what can be "
        "predicted, not a bound: with few golds it is low."
    ),
    "always easy": Term("The accuracy of predicting every forget image to be easy."),
    "gold easy": Term("Number of forget images that a gold model classifies right, mean over golds."),
    "member": Term("An image that the model was trained on."),
    "shadow models": Term(
        "Pairs of models trained on random halves of the data: one with forget images and then unlearned, one "
        "without; attacks learn from them which traces unlearning leaves."
    ),
    "method": Term("An unlearning method with its settings; the runs of one row differ only in the unlearning seed."),
    "track": Term(
        "The data that a method may use: the forget set, or also retained and pool images. On a part of a class, "
        "methods of the forget set stop at the held-out accuracy of the class, which is known from images beyond it."
    ),
    "runs": Term("Number of unlearning seeds averaged in the row."),
    "difference": Term("The value minus the mean gold; for a distance, the value itself."),
    "interval": Term(
        "The 95 % confidence interval of the difference, over golds and unlearning seeds, for the one original of the "
        "request."
    ),
    "verdict": Term("The difference in words: within the gold spread, or which side of gold."),
    "within": Term("Whether the average gap and every accuracy are within their gold spread."),
}  # fmt: skip

# Columns of tables whose name differs from their term.
COLUMNS = {
    "floor": "gold spread",
    "spread": "gold spread",
    "gold_mean": "mean gold",
    "low": "interval",
    "high": "interval",
}

PIPE = "\\|"  # in a cell of a Markdown table
BETTER = {"towards gold": "Best is gold's value.", "lower": "Lower is better.", "higher": "Higher is better."}


def tooltip(word: str) -> str:
    """The meaning of a term, metric or table column, in Markdown; empty for unknown words."""
    found = METRICS.get(word) or TERMS.get(COLUMNS.get(word, word))
    if found is None:
        return ""
    parts = [found.about, f"`{found.formula}`" if found.formula else ""]
    if isinstance(found, Metric):
        parts.append(BETTER[found.direction])
    return "  \n".join(filter(None, parts))


def definitions(words: Iterable[str]) -> dict[str, str]:
    """word -> its sentence; metrics by their short name."""
    return {
        METRICS[word].label if word in METRICS else word: (METRICS.get(word) or TERMS[word]).about for word in words
    }


def glossary_markdown() -> str:
    """The whole glossary as a page of the documentation."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "# Glossary\n"
    yield "Written by `python -m core list glossary`; the terms are in `core/glossary.py`, the metrics in"
    yield "`core/metrics/catalogue.py`.\n"
    yield "## Terms\n"
    yield from _table(("term", "meaning", "formula"), ((word, *term) for word, term in TERMS.items()))
    for family in dict.fromkeys(metric.family for metric in METRICS.values()):
        metrics = [metric for metric in METRICS.values() if metric.family == family]
        yield f"## {family}\n"
        yield from _table(
            ("key", "name", "meaning", "formula", "unit", "better", "in result.json", "paper"),
            ((f"`{m.key}`", m.name, m.about, m.formula, m.unit or "0 to 1", m.direction, m.place, m.paper)
             for m in metrics),
        )  # fmt: skip


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    code = {head.index(name) for name in ("formula", "in result.json") if name in head}
    yield f"| {' | '.join(head)} |\n|{'---|' * len(head)}"
    for row in rows:
        cells = (f"`{cell}`" if n in code and cell else cell for n, cell in enumerate(row))
        yield f"| {' | '.join(cell.replace('|', PIPE) for cell in cells)} |"
    yield ""
