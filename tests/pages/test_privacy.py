import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import RunSpec, Store
from core.analysis.attack_curves import MODEL_ATTACK, SHADOW, calls
from core.experiment import shadows
from core.jobs.worker import attempt
from core.specs import MeasureSpec, parse_spec
from core.store import RunFolder

PAGE = "pages/6_Privacy.py"
DEEP = {"measure.deep": True, "measure.shadows": 32, "model.train.epochs": 1, "model.data.size": 100}


@pytest.fixture(scope="module")
def deep_store(quick: Callable[..., RunSpec], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one run in which everything was measured."""
    store = Store(tmp_path_factory.mktemp("deep"))
    with pytest.MonkeyPatch.context() as patch:  # processes of their own take longer to start
        patch.setattr(shadows, "_work_off", lambda jobs: ((job.pair, shadows.work(job)) for job in jobs))
        assert attempt(store, store.submit(quick("gradient-ascent", "class=3:50%", settings=DEEP)), "cpu") == "done"
    return store.root


@pytest.fixture
def deep_run(deep_store: Path, store: Store, quick: Callable[..., RunSpec]) -> RunFolder:
    """That run, in this test's store."""
    shutil.copytree(deep_store, store.root)
    return store.run(quick("gradient-ascent", "class=3:50%", settings=DEEP).id)


def test_every_attack_beside_its_target(
    deep_run: RunFolder, open_page: Callable[..., AppTest], words: Callable, tables: Callable
) -> None:
    app = open_page(PAGE, {"run": deep_run.run})
    found = deep_run.result["privacy"]
    shown = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    for attack in ("loss threshold", "entropy regression", "confidence SVC", "RMIA"):
        value, target = shown[attack[0].upper() + attack[1:]]
        assert value == f"{found[attack]['unlearned']['auc']:.2f}"
        golds = [found[attack][role]["auc"] for role in ("gold-1", "gold-2")]
        assert target.startswith(f"gold {min(golds):.2f}")
        assert target.endswith(f"{max(golds):.2f}")
    assert shown[MODEL_ATTACK] == (f"{found[MODEL_ATTACK][SHADOW]['auc']:.2f}", "target 0.5")
    assert "**Sanity checks**" in words(app)
    assert "target is **gold's value**" in words(app)
    assert "not on this run's model; its target is **0.5**" in words(app)
    (table,) = tables(app, "attack", "role", "auc")
    assert len(table) == sum(len(roles) for roles in found.values())


def test_choosing_an_attack_and_a_model(
    deep_run: RunFolder, open_page: Callable[..., AppTest], words: Callable, tables: Callable
) -> None:
    app = open_page(PAGE, {"run": deep_run.run})
    app.segmented_control(key="privacy.attack").set_value("confidence SVC").run()
    rows = deep_run.table("attacks").query("attack == 'confidence SVC'")
    samples = deep_run.samples().query("split == 'forget' and role == 'original'")
    told = calls(rows, samples["index"].to_numpy())
    assert f"recognises **{told['called'].sum()} of {len(samples)}** forget images" in words(app)
    (table,) = tables(app, "golds_called")
    assert table["index"].tolist() == told["index"].tolist()
    role = app.segmented_control(key="privacy.role.confidence SVC")
    assert role.value == "unlearned"
    app = role.set_value("gold-1").run()
    (cuts,) = tables(app, "threshold", "true_positive")[:1]
    own = rows[rows["role"] == "gold-1"]
    expected = (own.loc[own["member"], "score"] > 0).mean()
    assert cuts.loc[cuts["threshold"] == 0, "true_positive"].tolist() == pytest.approx([expected])


def test_relearning_and_features(
    deep_run: RunFolder, open_page: Callable[..., AppTest], words: Callable, tables: Callable
) -> None:
    app = open_page(PAGE, {"run": deep_run.run})
    assert "Original after **0**" in words(app)
    (table,) = tables(app, "cka_gold", "probe")
    bars = table.set_index("role")["cka_gold"]
    assert bars["unlearned"] == pytest.approx(deep_run.result["representation"]["unlearned"]["cka_gold"])
    assert not any(button.label.startswith(("Measure", "Add shadow")) for button in app.button)  # nothing is missing


@pytest.mark.parametrize(
    ("label", "change"),
    [
        ("Measure features, relearning and simple attacks", {"deep": True}),
        ("Add shadow models (32 pairs)", {"shadows": 32}),
    ],
)
def test_what_was_not_measured_can_be_queued(
    label: str,
    change: dict,
    finished_run: RunFolder,
    store: Store,
    open_page: Callable[..., AppTest],
    words: Callable,
    supervised: list[Path],
) -> None:
    app = open_page(PAGE, {"run": finished_run.run})
    assert "Not measured in this run" in words(app)
    next(button for button in app.button if button.label == label).click().run()
    new = store.rows()[0]
    assert new.state == "queued"
    spec = finished_run.spec
    assert parse_spec(new.spec) == spec.replace(measure=spec.measure.replace(**change))
    assert store.root in supervised
    assert app.title[0].value == "Runs"  # where it can be watched
    assert app.query_params["run"] == new.id
    back = next(link.proto for link in app.main.get("page_link") if link.proto.label == "Back to Privacy with this run")
    assert (back.query_string, back.disabled) == (f"run={new.id}", True)
    store.index.end(new.id, "cancelled", only_from=("queued",))


def test_a_run_that_has_it_is_linked(deep_run: RunFolder, store: Store, open_page: Callable[..., AppTest]) -> None:
    """What is shown of a run that measured nothing leads to the one that differs in that only, and offers nothing."""
    plain = store.submit(deep_run.spec.replace(measure=MeasureSpec()))
    assert attempt(store, plain, "cpu") == "done"  # all its models are there
    app = open_page(PAGE, {"run": plain})
    links = [(link.proto.label, link.proto.query_string) for link in app.main.get("page_link")]
    assert links == [("Open the run that has it", f"run={deep_run.run}")] * 2
    assert not any(button.label.startswith(("Measure", "Add shadow")) for button in app.button)


def test_without_gold_there_is_no_target(
    quick: Callable[..., RunSpec], store: Store, open_page: Callable[..., AppTest], words: Callable
) -> None:
    run = store.submit(quick("gradient-ascent", gold_seeds=(), settings={"measure.deep": True}))
    assert attempt(store, run, "cpu") == "done"
    app = open_page(PAGE, {"run": run})
    assert [metric.delta for metric in app.metric] == ["no gold"] * 3
    assert "Without a gold model" in words(app)
