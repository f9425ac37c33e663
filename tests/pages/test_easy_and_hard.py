import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store, examples
from core.figures import FEATURE_NAMES
from core.jobs.worker import attempt
from core.metrics.easy_hard import gold_right, verdicts
from core.specs import from_query
from core.store import RunFolder
from pages.ui.easy_and_hard import forget_images
from pages.ui.shell import figure

PAGE = "pages/4_Easy_and_hard.py"
PART, WHOLE, NO_GOLD = "class=3:50%", "class=3", "class=4:50%"


@pytest.fixture(scope="session")
def tmu(quick: Callable[..., RunSpec]) -> Callable[[str], RunSpec]:
    """TMU of a request, with as little training as makes golds right on some images and wrong on others."""
    settings = {
        "model.train.epochs": 12,
        "twin_epochs": 1,
        "curriculum_epochs": 1,
        "curriculum_steps": 4,
        "max_steps": 4,
    }

    def make(forget: str) -> RunSpec:
        golds = () if forget == NO_GOLD else (1, 2, 3)
        return quick("tmu", forget, "digits-noisy", gold_seeds=golds, settings=settings)

    return make


@pytest.fixture(scope="session")
def tmu_store(
    tmu: Callable[[str], RunSpec], quick: Callable[..., RunSpec], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A store with a run of a part of a class, one of a whole class, one without golds, and one of another method."""
    store = Store(tmp_path_factory.mktemp("tmu"))
    for spec in (*map(tmu, (PART, WHOLE, NO_GOLD)), quick("none")):
        assert attempt(store, store.submit(spec), "cpu") == "done"
    return store.root


@pytest.fixture
def run_of(tmu_store: Path, store: Store, tmu: Callable[[str], RunSpec]) -> Callable[[str], RunFolder]:
    """One of these runs, in this test's store."""
    shutil.copytree(tmu_store, store.root)
    return lambda forget: store.run(tmu(forget).id)


@pytest.fixture
def metrics() -> Callable[[AppTest], dict[str, tuple[str, str]]]:
    """Name -> value and what stands beside it."""
    return lambda app: {metric.label: (metric.value, metric.delta) for metric in app.metric}


def test_the_first_screen_has_the_numbers_of_the_result(
    run_of: Callable, open_page: Callable[..., AppTest], metrics: Callable, words: Callable
) -> None:
    run = run_of(PART)
    found, size = run.result["easy_hard"], run.result["forget"]["size"]
    app = open_page(PAGE, {"run": run.run})
    shown = metrics(app)
    assert shown["Easy, predicted"] == (str(found["predicted_easy"]), f"gold {found['gold_easy']:.1f}")
    assert shown["AUC"] == (f"{found['auc']:.3f}", f"other golds {found['ceiling_auc']:.3f}")
    for name, key in (("Balanced accuracy", "balanced_accuracy"), ("Accuracy", "accuracy")):
        assert float(shown[name][0].removesuffix("%")) == pytest.approx(100 * found[key], abs=0.06)
    assert shown["Brier score"][0] == f"{found['brier']:.3f}"
    assert f"**{found['predicted_easy']}** right (easy) and **{size - found['predicted_easy']}** wrong" in words(app)


def test_every_figure_has_its_numbers(run_of: Callable, open_page: Callable[..., AppTest], tables: Callable) -> None:
    run = run_of(PART)
    samples = run.samples()
    expected, right = verdicts(samples), gold_right(samples)
    app = open_page(PAGE, {"run": run.run})
    (images,) = tables(app, "p_hard", "golds")
    assert images["p_hard"].tolist() == pytest.approx(expected["p_hard"].tolist())
    assert images["right"].tolist() == pytest.approx(right.mean(0).tolist())
    (counts,) = tables(app, "outcome", "images")
    assert counts["images"].sum() == len(expected)
    (baselines,) = tables(app, "baseline", "auc")
    assert baselines["auc"].iloc[0] == pytest.approx(run.result["easy_hard"]["auc"])
    (classes,) = tables(app, "asked", "taken")
    assert classes["taken"].sum() == len(run.table("twin"))
    (shares,) = tables(app, "what", "easy")
    assert shares["easy"].iloc[0] == pytest.approx(run.table("twin")["easy"].mean())
    assert all(tables(app, *columns) for columns in (("gold_hard",), ("threshold",), ("observed",), ("fitted",)))


def test_an_image_is_opened_by_its_link(
    run_of: Callable, open_page: Callable[..., AppTest], words: Callable, tables: Callable
) -> None:
    run = run_of(PART)
    first = int(run.table("neighbours")["index"].iloc[0])
    app = open_page(PAGE, {"run": run.run, "img": str(first)})
    assert f"**Image {first}** · three · " in words(app)
    (features,) = tables(app, "feature", "deviations")
    row = verdicts(run.samples()).set_index("index").loc[first]
    assert features["deviations"].tolist() == pytest.approx(row[["nf_z", "af_z", "cf_z"]].tolist())
    panel = next(table.value for table in app.dataframe if table.value.index.name == "model")
    assert panel.index.tolist() == ["Initial", "Original", "Unlearned", "Gold 1", "Gold 2", "Gold 3"]
    near = run.table("neighbours").query("index == @first")
    assert [f"three  \n{distance:.2f}" in words(app) for distance in near["distance"]] == [True] * len(near)


def test_selected_points_choose_the_pictures(
    run_of: Callable, open_page: Callable[..., AppTest], tables: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(PART)
    ids = run.table("neighbours")["index"].unique().tolist()
    monkeypatch.setattr(figure, "selected_ids", lambda selection: ids[:3])
    app = open_page(PAGE, {"run": run.run})
    (counts,) = tables(app, "outcome", "images")
    assert counts["images"].sum() == 3


@pytest.mark.parametrize("image", ["nope", "999999", "-1", "²"])
def test_another_image_than_those_to_forget_is_passed_over(
    image: str, run_of: Callable, open_page: Callable[..., AppTest], words: Callable
) -> None:
    run = run_of(PART)
    images = verdicts(run.samples())
    worst = images.loc[(images["p_hard"] - (1 - images["right"])).abs().idxmax(), "index"]
    assert f"**Image {worst}** · three" in words(open_page(PAGE, {"run": run.run, "img": image}))


@pytest.mark.parametrize("axes", ["NF, AF", "AF, CF", "All three"])
def test_other_features(axes: str, run_of: Callable, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE, {"run": run_of(PART).run})
    app.segmented_control(key="easy_hard.axes").set_value(axes).run()
    spec = app.get("plotly_chart")[0].proto.spec
    assert ("scatter3d" in spec) == (axes == "All three")
    assert all(FEATURE_NAMES[name] in spec for name in forget_images.AXES[axes][:2]) != (axes == "All three")


def test_where_nothing_remains_the_page_says_why_and_still_shows_the_features(
    run_of: Callable, open_page: Callable[..., AppTest], words: Callable, tables: Callable
) -> None:
    run = run_of(WHOLE)
    app = open_page(PAGE, {"run": run.run})
    assert "every image is hard by construction" in words(app)
    assert "Twin problem" not in [tab.label for tab in app.tabs]
    assert "Where to cut" not in [tab.label for tab in app.tabs]
    (images,) = tables(app, "p_hard", "golds")
    assert (images["p_hard"] == 1).all()
    assert images[["nf_z", "af_z", "cf_z"]].notna().all(axis=None)


def test_without_gold_nothing_is_judged(
    run_of: Callable, open_page: Callable[..., AppTest], words: Callable, tables: Callable
) -> None:
    app = open_page(PAGE, {"run": run_of(NO_GOLD).run})
    assert "has no gold model to check this against" in words(app)
    assert not app.metric
    assert "Twin problem" in [tab.label for tab in app.tabs]
    (counts,) = tables(app, "outcome", "images")
    assert counts["outcome"].tolist() == ["predicted easy", "predicted hard"]


def test_another_methods_run_leads_to_tmu(
    run_of: Callable, quick: Callable[..., RunSpec], open_page: Callable[..., AppTest], words: Callable
) -> None:
    run_of(PART)
    other = quick("none")
    app = open_page(PAGE, {"run": other.id})
    assert "does not predict easy and hard images" in words(app)
    links = {link.proto.label: dict(parse_qsl(link.proto.query_string)) for link in app.page_link}
    asked = from_query(links["Run TMU on the same request"])
    assert asked.method.name == "tmu"
    assert asked.request_key == other.request_key
    there = [query["run"] for label, query in links.items() if label.startswith("Look at")]
    assert len(there) == 3
    assert other.id not in there


def test_without_a_run_it_takes_the_newest_that_fits(
    run_of: Callable, store: Store, quick: Callable[..., RunSpec], open_page: Callable[..., AppTest]
) -> None:
    newest = run_of(NO_GOLD)
    assert store.rows()[0].id == quick("none").id  # newer, of another method
    assert open_page(PAGE).query_params["run"] == newest.run


def test_without_a_run_that_fits_it_takes_the_example(
    finished_run: RunFolder, open_page: Callable[..., AppTest], words: Callable
) -> None:
    app = open_page(PAGE)
    assert app.query_params["run"] == next(e.spec.id for e in examples.examples() if e.spec.method.name == "tmu")
    assert "does not tell" not in words(app)
    assert open_page("pages/3_Sensitivity.py").query_params["run"] == finished_run.run  # which needs nothing special


def test_without_any_finished_run(open_page: Callable[..., AppTest], monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(examples, "GALLERY", tmp_path)
    app = open_page(PAGE)
    assert [info.value for info in app.info] == ["No finished run yet. Start one on the Forget page."]
