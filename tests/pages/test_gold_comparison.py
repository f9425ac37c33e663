from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pytest
from streamlit.testing.v1 import AppTest

from core import Store, make_spec
from core.examples import Example, examples, shipped
from core.jobs.worker import attempt
from core.specs import parse_spec
from core.specs.sweep import suitable_runs
from core.store import RunFolder

PAGE = "pages/5_Gold_comparison.py"
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
    app = open_page(PAGE, {"run": run.run, "gold.tab": "This run"})
    (table,) = tables(app, "role", "gap")
    table = table.set_index("role")
    for shown, role in (("Do nothing (original)", "original"), ("Unlearned", "unlearned"), ("Gold 2", "gold-2")):
        assert table.loc[shown, METRICS].to_dict() == pytest.approx(result["accuracy"][role])
    assert table.loc["Unlearned", "gap"] == pytest.approx(result["gap"]["average"])
    expected = [result["accuracy"]["unlearned"][name] for name in METRICS]
    assert accuracies_shown(app) == pytest.approx(expected, abs=0.0006)
    assert f"{100 * result['gap']['average']:.2f} points** from gold" in words(app)
    assert f"golds differ by **{100 * result['gold_spread']['average']:.2f} points" in words(app)
    app = open_page(PAGE, {"run": run.run, "gold.tab": "Cost"})
    assert f"**{result['steps']} step{'s' * (result['steps'] != 1)}**" in words(app)
    assert all(note in words(app) for note in result["notes"])


def test_one_more_gold(
    finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest], supervised: list[Path]
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    next(button for button in app.button if button.label == "Add one more gold model").click().run()
    new = store.rows()[0]
    assert new.state == "queued"
    assert parse_spec(new.spec) == finished_run.spec.replace(gold_seeds=(1, 2, 3))
    assert store.root in supervised
    assert app.title[0].value == "Runs"  # where it can be watched
    assert app.query_params["run"] == new.id


def press(app: AppTest, beginning: str) -> AppTest:
    return next(button for button in app.button if button.label.startswith(beginning)).click().run()


def test_a_single_run_says_how_to_get_the_others(
    finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest], words: Callable, supervised: list[Path]
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    assert "No other method has been run on this request yet" in words(app)
    wanted = suitable_runs(finished_run.spec)
    app = press(app, f"Run all suitable methods ({len(wanted) - 1})")
    queued = [parse_spec(row.spec) for row in store.rows() if row.state == "queued"]
    assert {spec.id for spec in queued} == {spec.id for spec in wanted} - {finished_run.run}
    assert store.root in supervised
    assert app.query_params["run"] == finished_run.run
    assert not any(button.label.startswith("Run all") for button in app.button)  # nothing is offered twice
    press(app, "Cancel the remaining runs")
    assert not [row for row in store.rows() if row.state == "queued"]


def test_runs_of_one_request_stand_side_by_side(
    finished_run: RunFolder, store: Store, open_page: Callable[..., AppTest], tables: Callable, words: Callable
) -> None:
    other = finished_run.spec.replace(method=make_spec(method="fine-tune").method)
    elsewhere = make_spec("digits", "class=4", settings={"model.train.epochs": 2, "model.data.size": 200})
    assert attempt(store, store.submit(other), "cpu") == "done"
    store.submit(elsewhere)  # of another request, and not finished: nowhere on this page
    app = open_page(PAGE, {"run": finished_run.run})
    table = tables(app, "method", "within", "gap", "FA")[0].set_index("method")
    assert set(table.index) == {"Do nothing", "Gradient ascent", "Fine-tune"}
    for way, run in (("Gradient ascent", finished_run.run), ("Fine-tune", other.id)):
        result = store.run(run).result
        golds = [result["accuracy"][role]["FA"] for role in ("gold-1", "gold-2")]
        assert table.loc[way, "FA"] == pytest.approx(result["accuracy"]["unlearned"]["FA"] - mean(golds))
        assert table.loc[way, "gap"] == pytest.approx(result["gap"]["average"])
        assert table.loc[way, "run"] == run
    app = open_page(PAGE, {"run": finished_run.run, "gold.tab": "Images"})
    samples = finished_run.samples()
    wide = samples[samples["split"].isin(["retain", "test"])].pivot(index="index", columns="role", values="prediction")
    flipped = int((wide["original"] != wide["unlearned"]).sum())
    assert f"**{flipped} of {len(wide)}** retained and test images" in words(app)
