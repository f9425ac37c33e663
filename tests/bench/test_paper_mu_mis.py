from collections.abc import Callable

import pytest
import torch

from core import Store, make_spec
from core.bench import paper_mu_mis
from core.bench.paper import MISSING, Line, Setting
from core.bench.runs import Runs
from core.bench.table import markdown
from core.examples import examples
from core.specs import make_method

QUICK = {"model.width": 8, "model.train.epochs": 3, "model.train.batch_size": 32, "measure.probe_images": 60}


def of_the_papers() -> list[Setting]:
    return [
        setting
        for recipe in paper_mu_mis.RECIPES
        for setting in (
            *paper_mu_mis.by_class(recipe),
            *paper_mu_mis.at_random(recipe),
            *paper_mu_mis.curves(recipe),
        )
    ]


def test_the_papers_settings_are_sound_and_all_different():
    ids = [spec.id for setting in of_the_papers() for spec in {s for runs in setting.specs().values() for s in runs}]
    assert len(set(ids)) == len(ids) - 2 * 2  # the curves at the default rate and delta are Table 1's run
    assert all(spec.model.width is None and not spec.model.data.pool for s in of_the_papers() for spec in [s.spec])
    assert {setting.spec.model.train.epochs for setting in of_the_papers()} == {30, 200}


def test_printed_gaps_are_means_of_the_printed_differences():
    """The paper's Table 1 by its own arithmetic, so that no figure was mistyped."""
    table = paper_mu_mis.by_class("cifar-fast")[0]
    retrain, *others = [line.printed for line in table.lines if line.printed]
    for row in others:
        by_hand = sum(abs(row[name] - retrain[name]) for name in ("RA_test", "FA_test", "TA")) / 3
        assert row["gap_test"] == pytest.approx(by_hand, abs=0.011)  # both were rounded


def test_the_reduced_setting_is_reduced():
    for setting in paper_mu_mis.reduced():
        spec = setting.spec
        assert (spec.model.width, spec.model.data.size, spec.model.arch) == (8, 10_000, "resnet18")


def test_from_end_to_end(
    tiny: str, store: Store, monkeypatch: pytest.MonkeyPatch, cells: Callable[[str], list[list[str]]]
) -> None:
    spec = make_spec(tiny, "class=a", gold_seeds=(1, 2), settings=QUICK)
    own = make_method("mu-mis", {"max_steps": 3})
    setting = Setting("tiny a", spec, (Line("Retrain", None), Line("MU-Mis", own)))
    monkeypatch.setattr(paper_mu_mis, "reduced", lambda: (setting, setting))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    out = "\n".join(map(markdown, paper_mu_mis.measure(Runs(store))))
    rows = cells(out)
    result = store.run(spec.replace(method=own).id).result
    found = result["accuracy"]
    row = next(row for row in rows if row[:3] == ["tiny a", "MU-Mis", "ours"])
    assert row[3:6] == [f"{100 * found['unlearned'][name]:.2f}" for name in ("RA_test", "FA_test", "TA")]
    assert row[6] == f"{100 * result['gap_test']['average']:.2f}"
    assert float(row[8]) == pytest.approx(
        100 * result["seconds"]["unlearn"] / (sum(result["seconds"]["gold"]) / 2 / 3 * 200), abs=0.006
    )
    norms = result["sensitivity"]
    picture = next(row for row in rows if row[:2] == ["MU-Mis", str(result["steps"])])
    assert picture[2] == f"{norms['unlearned']['target'] / norms['original']['target']:.4f}"
    golds = (norms["gold-1"]["irrelevant"] + norms["gold-2"]["irrelevant"]) / 2
    assert picture[6] == f"{golds / norms['original']['irrelevant']:.4f}"
    first = ["Table 1: CIFAR-100 rocket, ResNet-18", "MU-Mis"]
    assert [*first, "paper", "76.42", "0.00", "75.64", "0.07", "30.00", "0.40"] in rows
    assert [*first, "ours", MISSING, *[""] * 5] in rows
    assert ["learning rate 0.0001", MISSING, *[""] * 11] in rows
    assert "Runs?vs=" not in out  # one run alone is nothing to compare
    assert [row.id for row in store.rows()] == [spec.replace(method=own).id]  # nothing but the reduced setting was run


def test_examples_are_runs_of_the_reduced_setting():
    table, rates = paper_mu_mis.reduced()
    default, rate = table.specs()["MU-Mis, scale-free"][0], rates.specs()["learning rate 1e-05"][0]
    raw = default.replace(method=make_method("mu-mis", {"logits": "raw"}))  # the example is from before centred logits
    assert [entry.spec.id for entry in examples() if entry.spec.model.data.name == "cifar10"] == [raw.id, rate.id]
