from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import Store
from core.gallery import Example, examples, shipped
from core.specs import parse_spec
from core.store import RunFolder

PAGE = "pages/4_Gold_comparison.py"
METRICS = ["FA", "RA", "TA", "FA_test", "RA_test"]


@pytest.mark.parametrize("entry", examples(), ids=lambda entry: entry.title)
def test_the_numbers_of_the_result(
    entry: Example,
    open_page: Callable[..., AppTest],
    accuracies_shown: Callable,
    tables: Callable,
    words: Callable,
) -> None:
    run = shipped(entry.spec)
    assert run is not None
    result = run.result
    app = open_page(PAGE, {"run": run.run})
    (table,) = tables(app, "role", "gap")
    table = table.set_index("role")
    for shown, role in (("Do nothing (original)", "original"), ("Unlearned", "unlearned"), ("Gold 2", "gold-2")):
        assert table.loc[shown, METRICS].to_dict() == pytest.approx(result["accuracy"][role])
    assert table.loc["Unlearned", "gap"] == pytest.approx(result["gap"]["average"])
    expected = [result["accuracy"]["unlearned"][name] for name in METRICS]
    assert accuracies_shown(app) == pytest.approx(expected, abs=0.0006)
    assert f"{result['gap']['average']:.2%}" in words(app)
    assert f"{result['gold_spread']['average']:.2%}" in words(app)
    assert f"**{result['steps']} steps**" in words(app)
    assert all(note in words(app) for note in result["notes"])


def test_one_more_gold(
    finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest], supervised: list[Path]
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    next(button for button in app.button if button.label == "Add one more gold model").click().run()
    new = store.rows()[0]
    assert new.state == "queued"
    assert parse_spec(new.spec) == finished_run.spec.but(gold_seeds=(1, 2, 3))
    assert store.root in supervised
    assert app.title[0].value == "Runs"  # where it can be watched
    assert app.query_params["run"] == new.id
