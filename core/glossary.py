"""The glossary: one sentence, and where it helps a formula, for every term and metric.

Tooltips, table headers, reports, the command line and ``docs/glossary.md`` read it. Metrics come from the catalogue.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core.metrics.catalogue import METRICS, Metric


class Term(NamedTuple):
    """What a word means."""

    about: str
    formula: str = ""


TERMS = {
    "forget set": Term("The training images to forget.", "D_f"),
    "retain set": Term("The training images that stay.", "D_r = training images without D_f"),
    "test set": Term("Images for evaluation only; no model is trained or tuned on them."),
    "pool": Term("Labelled held-out images on which no model is trained; some methods need them."),
    "request": Term("What is to be forgotten: the forget set, and all that fixes the original and the gold models."),
    "recipe": Term("How a model is trained: optimiser, schedule, epochs, augmentation; gold uses the original's."),
    "initial": Term("The network before training, with random weights."),
    "original": Term("The model before unlearning, trained on all training images; as a method: do nothing."),
    "unlearned": Term("The model that the method returns."),
    "gold": Term(
        "A model retrained by the original's recipe without the forget set, from its own random weights: the target."
    ),
    "mean gold": Term("The mean of a number over all gold models."),
    "gold spread": Term(
        "The noise floor: how far a gold model is from the mean of the others. Nothing below it is called a "
        "difference.",
        "mean over k of |gold k − mean of the other golds|",
    ),
    "under-forgotten": Term("The model still knows more of the forget set than gold does."),
    "over-forgotten": Term("The model knows less of the forget set than gold does, which gives the forgetting away."),
    "–": Term("Not defined or not measured."),
    "target logit": Term("The logit of an image's label.", "f_c(x)"),
    "irrelevant logit": Term("The logit of any other class.", "f_c'(x) with c' ≠ c"),
    "sensitivity": Term("How strongly a logit depends on the pixels of one image.", "‖∇ₓ f_k(x)‖₂"),
    "easy": Term("A forget image that gold classifies right, because similar images remain."),
    "hard": Term("A forget image that gold classifies wrong."),
    "p_hard": Term("TMU's predicted probability that gold classifies the image wrong.", "p(hard)"),
    "nf": Term(
        "NF: mean distance, in the original's features, to the five nearest remaining images of the class.",
        "mean over j ≤ 5 of ‖h(x) − h(x_j)‖₂",
    ),
    "af": Term(
        "AF: cross-entropy between the original's probabilities for an image and for its adversarial copy x'.",
        "−Σ_k p_k(x) · log p_k(x')",
    ),
    "cf": Term("CF: mean loss of an image under briefly trained models (TMU's curriculum loss)."),
    "twin": Term("TMU's model for a problem with a known answer: the original, trained further on pool images."),
    "ceiling": Term("How well golds predict each other; a predictor can hardly do better."),
    "always easy": Term("The accuracy of calling every forget image easy."),
    "gold easy": Term("How many forget images a gold model gets right, as a mean over golds."),
    "member": Term("An image that the model was trained on."),
    "shadow models": Term(
        "Pairs of models trained on random halves of the data, one of each pair with forget images and then unlearned; "
        "attacks learn from them what unlearning leaves behind."
    ),
    "method": Term("An unlearning method with its settings; runs of one row differ in their unlearning seed only."),
    "track": Term("The data that a method may see: the forget set only, or retained and pool images, too."),
    "runs": Term("How many unlearning seeds the row is a mean over."),
    "difference": Term("The value minus the mean gold; of a distance, the value itself."),
    "interval": Term("The 95 % confidence interval of the difference, over golds and unlearning seeds."),
    "verdict": Term("The difference in words, with the gold spread as the scale."),
    "within": Term("Whether the average gap is no larger than the gold spread."),
}  # fmt: skip

# Columns of tables that are called otherwise than their term.
COLUMNS = {
    "way": "method",
    "floor": "gold spread",
    "spread": "gold spread",
    "gold_mean": "mean gold",
    "low": "interval",
    "high": "interval",
}

PIPE = "\\|"  # within a cell of a Markdown table
BETTER = {"towards gold": "Best is gold's value.", "lower": "Lower is better.", "higher": "Higher is better."}


def tooltip(word: str) -> str:
    """What a term, a metric or a column of a table means, in Markdown; empty where the glossary has no such word."""
    found = METRICS.get(word) or TERMS.get(COLUMNS.get(word, word))
    if found is None:
        return ""
    parts = [found.about, f"`{found.formula}`" if found.formula else ""]
    if isinstance(found, Metric):
        parts.append(BETTER[found.direction])
    return "  \n".join(filter(None, parts))


def definitions(words: Iterable[str]) -> dict[str, str]:
    """Every word with its sentence, a metric by its short name."""
    return {
        METRICS[word].label if word in METRICS else word: (METRICS.get(word) or TERMS[word]).about for word in words
    }


def glossary_markdown() -> str:
    """The whole glossary as a page of the documentation."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "# Glossary\n"
    yield "Written by `python -m core list glossary`; the words stand in `core/glossary.py`, the metrics in"
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
