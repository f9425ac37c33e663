from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from core import RunSpec, Store, make_spec
from core.bench import paper
from core.bench.paper import MISSING, Line, Setting, accuracy, result_of, settings_table
from core.bench.runs import Runs
from core.bench.table import markdown
from core.experiment import trained_models
from core.specs import REDUCED, make_method

QUICK = {"model.width": 8, "model.train.epochs": 3, "model.train.batch_size": 32, "measure.probe_images": 60}
COLUMNS = {"FA": accuracy("FA"), "TA": accuracy("TA")}
LINES = (
    Line("Retrain", None, {"FA": 0.5}),
    Line("Do nothing", make_method("none")),
    Line("Ascent", make_method("gradient-ascent", {"max_steps": 2}), {"FA": 1.25, "TA": 2}),
)


def setting(dataset: str, title: str = "tiny", **settings: Any) -> Setting:
    return Setting(title, make_spec(dataset, "class=a", gold_seeds=(1, 2), settings=QUICK | settings), LINES)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_the_table_has_the_papers_figures_and_ours(tiny: str, store: Store, cells: Callable[[str], list[list[str]]]):
    table = settings_table(Runs(store), "A table", [setting(tiny)], COLUMNS)
    assert paper.REDUCED_WORDS in table.title  # a narrow network says so
    head, *found = cells(markdown(table))
    assert head == ["setting", "method", "", "FA", "TA"]
    assert [row[:3] for row in found] == [
        ["tiny", "Retrain", "paper"],
        ["tiny", "Retrain", "ours"],
        ["tiny", "Do nothing", "ours"],
        ["tiny", "Ascent", "paper"],
        ["tiny", "Ascent", "ours"],
    ]
    assert found[0][3:] == ["0.50", "-"]
    assert found[3][3:] == ["1.25", "2.00"]
    result = store.run(setting(tiny).specs()["Do nothing"][0].id).result["accuracy"]
    golds = [result["gold-1"], result["gold-2"]]
    assert found[1][3:] == [f"{50 * (golds[0][name] + golds[1][name]):.2f}" for name in COLUMNS]
    assert found[2][3:] == [f"{100 * result['unlearned'][name]:.2f}" for name in COLUMNS]


def test_means_are_over_what_was_measured(given: Callable[..., Any], no_gpu: None):
    def result(spec: RunSpec) -> dict[str, Any] | None:
        if spec.model.train.epochs == 3:
            return None
        own = {"FA": spec.model.train.epochs / 100, "TA": None}
        return {"accuracy": {"unlearned": own, "gold-1": own}}

    settings = [setting("cifar10", f"s{n}", **{"model.train.epochs": n}) for n in (5, 7, 3)]
    found = list(settings_table(given(result), "A table", settings, COLUMNS, means=True).rows)
    assert ("s3", "Do nothing", "ours", MISSING, "") in found
    assert found[-3:] == [
        ("mean of 2", "Retrain", "ours", "6.00", "-"),
        ("mean of 2", "Do nothing", "ours", "6.00", "-"),
        ("mean of 2", "Ascent", "ours", "6.00", "-"),
    ]
    assert ("mean of 3", "Ascent", "paper", "1.25", "2.00") in found


def test_several_seeds_give_mean_and_range(given: Callable[..., Any], no_gpu: None):
    lines = (Line("Retrain", None), Line("Do nothing", make_method("none"), {"FA": 9.0}, seeds=(0, 4, 5, 6)))
    several = Setting("digits", make_spec("digits", "class=3"), lines)
    for seed, spec in zip((0, 4, 5, 6), several.specs()["Do nothing"], strict=True):
        assert (spec.model.seed, spec.unlearn_seed, spec.gold_seeds) == (seed, seed, (1, 2, 3))
    assert [spec.model.seed for spec in several.specs()["Retrain"]] == [0]

    def result(spec: RunSpec) -> dict[str, Any] | None:
        own = {"FA": spec.model.seed / 100, "TA": None}
        return None if spec.model.seed == 6 else {"accuracy": {"unlearned": own, "gold-1": own}}

    assert list(settings_table(given(result), "A table", [several], COLUMNS, means=True).rows) == [
        ("digits", "Retrain", "ours", "0.00", "-"),
        ("digits", "Do nothing", "paper", "9.00", "-"),
        ("digits", "Do nothing", "ours, 3 of 4 seeds", "3.00 (0.00 to 5.00)", "-"),
        ("mean of 1", "Do nothing", "paper", "9.00", "-"),
        ("mean of 1", "Retrain", "ours", "0.00", "-"),
        ("mean of 1", "Do nothing", "ours", "3.00", "-"),
    ]


def test_full_settings_are_not_run_without_a_gpu(store: Store, no_gpu: None):
    full = make_spec("digits", "class=3", "none", gold_seeds=(), settings={"model.train.epochs": 1})
    runs = Runs(store)
    assert result_of(runs, full) is None
    assert not store.root.exists()
    assert runs.result(full) == result_of(runs, full)  # what the store has is printed anywhere


def test_a_reduced_setting_without_its_images_is_not_run(store: Store, no_gpu: None):
    assert result_of(Runs(store), make_spec("cifar10", "class=3", settings=REDUCED)) is None
    assert not (store.root / "runs").exists()


def test_an_interrupted_bench_resumes(tiny: str, store: Store, monkeypatch: pytest.MonkeyPatch):
    (spec,) = setting(tiny).specs()["Do nothing"]
    begun: list[bool] = []  # of every training: whether it went on from a checkpoint

    def stopping(at: int) -> Any:
        def training(*args: Any, **words: Any) -> Iterator[Any]:
            begun.append(words["resume"] is not None)
            for n, step in enumerate(train(*args, **words)):
                if len(begun) == at and n == 2 * 4:
                    raise KeyboardInterrupt
                yield step

        return training

    train = trained_models.train
    monkeypatch.setattr(trained_models, "train", stopping(3))  # after two epochs of the first gold
    with pytest.raises(KeyboardInterrupt):
        result_of(Runs(store), spec)
    assert [row.state for row in store.rows()] == ["interrupted"]
    begun.clear()
    monkeypatch.setattr(trained_models, "train", stopping(0))
    stopped = result_of(Runs(store), spec)
    assert begun == [True, False]  # the stopped one, and the second gold; not what was there already
    monkeypatch.setattr(trained_models, "train", train)
    whole = result_of(Runs(Store(store.root / "other")), spec)
    assert stopped is not None
    assert whole is not None
    assert stopped["accuracy"] == whole["accuracy"]
