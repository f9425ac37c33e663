import pytest

from core.glossary import BETTER, COLUMNS, TERMS, definitions, glossary_markdown, tooltip
from core.metrics.catalogue import METRICS
from core.store.store import PROJECT


@pytest.mark.parametrize("word", TERMS)
def test_a_term_is_a_sentence(word: str) -> None:
    assert TERMS[word].about[0].isupper()
    assert TERMS[word].about.endswith(".")


def test_no_term_is_defined_twice() -> None:
    assert not TERMS.keys() & METRICS.keys()
    assert not COLUMNS.keys() & (TERMS | METRICS).keys()
    assert set(COLUMNS.values()) <= TERMS.keys()


def test_a_tooltip_has_sentence_formula_and_direction() -> None:
    assert tooltip("kl").split("  \n") == [METRICS["kl"].about, f"`{METRICS['kl'].formula}`", BETTER["lower"]]
    assert tooltip("pool") == TERMS["pool"].about
    assert tooltip("floor") == tooltip("gold spread")
    assert tooltip("no such word") == ""


def test_definitions_use_short_names_of_metrics() -> None:
    assert definitions(("FA", "gap", "gold")) == {
        "FA": METRICS["FA"].about, "Average gap": METRICS["gap"].about, "gold": TERMS["gold"].about,
    }  # fmt: skip


def test_the_documentation_is_the_output_of_the_command() -> None:
    """``python -m core list glossary > docs/glossary.md`` writes it again."""
    assert (PROJECT / "docs/glossary.md").read_text() == glossary_markdown() + "\n"


def test_every_row_of_the_documentation_has_the_columns_of_its_head() -> None:
    columns = 0
    for line in glossary_markdown().replace(r"\|", "").splitlines():
        if line.startswith("|"):
            columns = columns or line.count("|")
            assert line.count("|") == columns
        else:
            columns = 0
