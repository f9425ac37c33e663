from collections.abc import Callable

import numpy as np
import pytest

from core import Accuracy, Phase, RunSpec, Step, Store, Table, execute, load_dataset
from core.metrics.accuracy import accuracies, gap
from core.store import SavedModel


def test_a_run_from_spec_to_result(finish, phases, quick: Callable[..., RunSpec]) -> None:
    spec = quick("gradient-ascent")
    models: dict[str, SavedModel] = {}
    events, result = finish(spec, models=models)
    assert phases(events)[:2] == ["original", "norms of original"]
    assert phases(events).index("unlearn") < phases(events).index("gold-1")  # no gold before the method has ended
    assert set(result["accuracy"]) == {"initial", "original", "unlearned", "gold-1", "gold-2"}
    assert result["models"] == {role: key for role, key in result["models"].items() if key in models}
    assert result["state"] == "done"
    assert result["run"] == spec.id
    steps = [event for event in events if isinstance(event, Step)]
    assert [step.step for step in steps] == list(range(len(steps)))
    assert result["steps"] == len(steps) - 1 >= 1
    assert result["stop_reason"] == steps[-1].stop_reason
    tables = {event.name: event.frame for event in events if isinstance(event, Table)}
    trajectory = tables["trajectory"]
    assert {"step", "loss", "FA", "RA", "TA", "target_norm", "irrelevant_norm", "seconds"} <= set(trajectory)
    assert trajectory["seconds"].is_monotonic_increasing
    # all images are in the probe (they are fewer than 2,000), so the last step's accuracies are the result's
    for name in ("FA", "RA", "TA"):
        assert trajectory[name].iloc[-1] == pytest.approx(result["accuracy"]["unlearned"][name])
        assert trajectory[name].iloc[0] == pytest.approx(result["accuracy"]["original"][name])
    known = [event.role for event in events if isinstance(event, Accuracy)]
    assert known == ["original", "unlearned", "initial", "gold-1", "gold-2"]
    assert all(e.values == result["accuracy"][e.role] for e in events if isinstance(e, Accuracy))
    first = next(event.frame for event in events if isinstance(event, Table) and event.name == "samples")
    assert first["prediction"].tolist() == tables["samples"]["prediction"].tolist()  # known before the golds are


def test_the_result_follows_from_the_tables(finish, quick: Callable[..., RunSpec]) -> None:
    models: dict[str, SavedModel] = {}
    events, result = finish(quick(), models=models)
    own = [event.frame for event in events if isinstance(event, Table) and event.name == "samples"][-1]
    assert result["accuracy"]["unlearned"] == accuracies(own)
    assert result["accuracy"]["unlearned"] == result["accuracy"]["original"]  # nothing was done
    golds = [result["accuracy"][f"gold-{seed}"] for seed in (1, 2)]
    assert result["gap"] == gap(result["accuracy"]["unlearned"], golds)
    assert result["memory"] == {"unlearn": None, "gold": [None, None]}  # on the CPU
    assert set(result["outputs"]) == {"original", "unlearned", "gold-1", "gold-2"}
    assert result["outputs"]["unlearned"] == result["outputs"]["original"]
    gold = models[result["models"]["gold-1"]].table.set_index("index")["prediction"]
    forget = own[own["split"] == "forget"].set_index("index")["prediction"]
    other = models[result["models"]["gold-2"]].table.set_index("index")["prediction"]
    agreement = [(forget == each[forget.index]).mean() for each in (gold, other)]
    assert result["outputs"]["unlearned"]["agreement"] == pytest.approx(np.mean(agreement))
    data = load_dataset(quick().model.data)
    assert own["split"].value_counts().to_dict() == {
        "forget": result["forget"]["size"],
        "retain": 200 - result["forget"]["size"],
        "pool": len(data.pool or ()),
        "test": len(data.test),
    }
    measured = own[own["target_norm"].notna()]
    assert measured["split"].value_counts().to_dict() == dict.fromkeys(
        ("forget", "retain", "test"), result["forget"]["size"]
    )


def test_the_same_spec_gives_the_same_numbers(finish, quick: Callable[..., RunSpec]) -> None:
    first, again = (finish(quick("mu-mis", gold_seeds=(1,)))[0] for _ in range(2))
    for name, value in first[-1].weights.items():
        np.testing.assert_array_equal(value, again[-1].weights[name])
    for key in ("accuracy", "sensitivity", "gap", "steps", "stop_reason", "models"):
        assert first[-1].result[key] == again[-1].result[key]


@pytest.mark.parametrize("phase", ["original", "norms of original", "unlearn", "gold-1", "measure"])
def test_a_run_stopped_in_any_phase_can_resume(finish, phase: str, quick: Callable[..., RunSpec], store: Store) -> None:
    spec = quick("gradient-ascent", gold_seeds=(1,))
    events = execute(spec, models=store.models, device="cpu")
    for event in events:
        if isinstance(event, Phase) and event.name == phase:
            break
    else:
        pytest.fail(f"no phase {phase}")
    events.close()
    _, result = finish(spec, models=store.models)
    _, fresh = finish(spec)
    assert result["accuracy"] == fresh["accuracy"]
    assert not list(store.models.folder.glob("*.checkpoint"))
