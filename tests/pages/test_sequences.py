import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pytest
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store
from core.jobs.worker import attempt
from core.specs import data_info, parse_spec
from core.specs.requests import parse_requests
from core.specs.sequence import sequence_runs
from core.store import RunFolder
from pages.ui.sequences import form
from tests.pages.forms import field

PAGE = "pages/7_Sequences.py"
VIEW = {
    "dataset": "digits", "sequence": "class=3;class=4", "methods": "gradient-ascent", "gold_seeds": "2",
    "set.model.train.epochs": "2", "set.model.data.size": "200",
}  # fmt: skip


@pytest.fixture(scope="session")
def steps_of(quick: Callable[..., RunSpec]) -> Callable[[str], tuple[RunSpec, ...]]:
    """``steps_of(method)``: the runs that ``VIEW`` stands for."""
    return lambda method: sequence_runs(quick(method, forget="class=4", after=parse_requests("class=3")))


@pytest.fixture(scope="session")
def finished_sequence(steps_of: Callable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which the sequence is done."""
    store = Store(tmp_path_factory.mktemp("sequence"))
    for spec in steps_of("gradient-ascent"):
        assert attempt(store, store.submit(spec), "cpu") == "done"
    return store.root


@pytest.fixture
def runs(finished_sequence: Path, store: Store, steps_of: Callable) -> list[RunFolder]:
    """Its runs, in this test's store."""
    shutil.copytree(finished_sequence, store.root)
    return [store.run(spec.id) for spec in steps_of("gradient-ascent")]


def run_button(app: AppTest) -> str | None:
    return next((button.label for button in app.button if button.label.startswith("Run the")), None)


def press(app: AppTest, beginning: str) -> AppTest:
    return next(button for button in app.button if button.label.startswith(beginning)).click().run()


def test_one_click_from_nothing(open_page: Callable[..., AppTest], store: Store, supervised: list[Path], words) -> None:
    app = open_page(PAGE)
    assert "Nothing is finished yet." in words(app)
    # 3 golds for each of 5 steps; the original and the golds of the first step are shipped.
    assert "1,500 images forgotten in total. Models to train: 12" in words(app)
    assert not store.root.exists()
    app = press(app, "Run the sequences (10 steps)")
    queued = [parse_spec(row.spec) for row in reversed(store.rows())]
    assert [(spec.method.name, len(spec.after), spec.forget.text) for spec in queued] == [
        (method, n, f"class={2 * n + 1}") for method in ("mu-mis", "random-label") for n in range(5)
    ]
    assert store.root in supervised
    assert run_button(app) is None
    press(app, "Cancel the remaining runs")
    assert {row.state for row in store.rows()} == {"cancelled"}


def test_without_a_view_it_shows_the_newest_sequence(
    open_page: Callable[..., AppTest], runs: list[RunFolder], words: Callable
) -> None:
    app = open_page(PAGE)
    assert field(app, "sequence.sequence").value == "class=3;class=4"
    assert field(app, "sequence.methods").value == ["gradient-ascent"]
    assert run_button(app) is None  # it is this store's, with its size and its golds
    assert "After every request" in words(app)


def test_the_numbers_of_the_steps(
    open_page: Callable[..., AppTest], runs: list[RunFolder], tables: Callable, words: Callable
) -> None:
    app = open_page(PAGE, VIEW)
    assert run_button(app) is None
    (table,) = tables(app, "method", "step", "resilience", "FA")
    assert table["run"].tolist() == [run.run for run in runs]
    assert table["method"].tolist() == ["Gradient ascent"] * 2
    for row, run in zip(table.itertuples(), runs, strict=True):
        assert row.gap == pytest.approx(run.result["gap"]["average"])
        assert row.gap_floor == pytest.approx(run.result["gold_spread"]["average"])
        assert row.kl == pytest.approx(run.result["outputs"]["unlearned"]["kl"])
    # Resilience: the first request's images, told by the first run, in the models of the second.
    first = set(runs[0].table("samples").query("split == 'forget'")["index"])
    samples = runs[1].samples()
    own = samples[samples["index"].isin(first)]
    right = (own["prediction"] == own["label"]).groupby(own["role"]).mean()
    assert table["resilience"].iloc[1] == pytest.approx(
        abs(right["unlearned"] - mean([right["gold-1"], right["gold-2"]]))
    )
    charts = {chart.key for chart in app.get("plotly_chart")}
    assert charts == {
        "sequence.gap", "sequence.resilience", "matrix.gradient-ascent.unlearned", "matrix.gradient-ascent.gold",
    }  # fmt: skip
    assert f"Average gap: **{100 * runs[1].result['gap']['average']:.2f} points**" in words(app)
    links = {link.proto.label: link.proto.query_string for link in app.main.get("page_link")}
    assert links["Compare with gold"] == f"run={runs[1].run}"


def test_another_method_is_set_beside_the_first(
    open_page: Callable[..., AppTest], runs: list[RunFolder], store: Store, tables: Callable, steps_of: Callable,
    words: Callable,
) -> None:  # fmt: skip
    app = open_page(PAGE, VIEW)
    app.multiselect[0].set_value(["gradient-ascent", "none"]).run()
    assert run_button(app) == "Run the sequences (2 steps)"
    assert app.query_params["methods"] == "gradient-ascent,none"
    idle = steps_of("none")
    assert attempt(store, store.submit(idle[0]), "cpu") == "done"
    app.run()
    assert run_button(app) == "Run the sequences (1 step)"
    assert "**Do nothing**, 1 of 2 steps: " in words(app)
    (table,) = tables(app, "method", "step", "resilience", "FA")
    assert table["run"].tolist() == [*(run.run for run in runs), idle[0].id]


def test_a_failed_step_is_told_and_offered_again(
    open_page: Callable[..., AppTest], runs: list[RunFolder], store: Store, steps_of: Callable
) -> None:
    run = store.submit(steps_of("none")[0])
    assert store.index.begin(run)
    store.index.end(run, "failed", "out of *luck*")
    app = open_page(PAGE, VIEW | {"methods": "none"})
    assert [error.value for error in app.error] == [r"Do nothing, request 1: class=3: out of \*luck\*"]
    app = press(app, "Run the sequence (2 steps)")
    assert store.row(run).state == "queued"


def test_golds_for_the_last_step_alone(open_page: Callable[..., AppTest], store: Store, supervised: list[Path]) -> None:
    app = open_page(PAGE, VIEW)
    app.toggle[0].set_value(False).run()
    assert app.query_params["golds"] == "last"
    press(app, "Run the sequence (2 steps)")
    assert [parse_spec(row.spec).gold_seeds for row in reversed(store.rows())] == [(), (1, 2)]


def test_the_url_is_the_whole_view(open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, VIEW | {"run": "abc"})
    for name, value in VIEW.items():
        assert app.query_params[name] == value
    app.text_input[0].set_value(" class = 5 ;class=6").run()
    press(app, "Parts of five worn digits")
    assert app.query_params["dataset"] == "mnist-5k-worn"
    assert app.query_params["sequence"] == form.PRESETS["Parts of five worn digits"][1]
    assert "set.model.data.size" not in app.query_params  # it belonged to the other view
    assert app.query_params["run"] == "abc"


def test_what_is_refused(open_page: Callable[..., AppTest], words: Callable) -> None:
    app = open_page(PAGE, {"sequence": "class=1;;class=2", "methods": "tmu"})
    assert "has an empty request" in app.error[0].value
    assert app.text_input[0].value == form.START["sequence"]
    refused = {
        "class=1;": "has an empty request",
        "class=1;class=1": "is already forgotten",
        "class=x": "not known",
    }
    for text, said in refused.items():
        app.text_input[0].set_value(text).run()
        assert said in app.error[0].value
        assert run_button(app) is None
    app.text_input[0].set_value("class=1").run()
    assert not app.error
    assert run_button(app) == "Run the sequences (2 steps)"
    app.multiselect[0].set_value([]).run()
    assert "Choose a method." in words(app)


def test_images_that_are_not_here(open_page: Callable[..., AppTest], words: Callable) -> None:
    app = press(open_page(PAGE), "Five classes of CIFAR-100")
    assert "CIFAR-100 is not on this machine" in words(app)
    links = {link.proto.label: link.proto.query_string for link in app.main.get("page_link")}
    assert links["To the download"] == "dataset=cifar100"
    assert run_button(app) is None


@pytest.mark.parametrize("title", form.PRESETS)
def test_presets_name_requests_that_exist(title: str) -> None:
    dataset, sequence = form.PRESETS[title]
    assert all(request.terms(data_info(dataset)) for request in parse_requests(sequence))
