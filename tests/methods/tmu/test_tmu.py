"""The whole of TMU, on a model trained for a second."""

import ast
from pathlib import Path

import numpy as np
import pytest
import torch

import core.methods
from core.events import NoStep, Note, Phase, Table
from core.methods.tmu import unlearn
from core.specs.methods.tmu import Tmu
from core.training import Step

QUICK = {"twin_epochs": 2, "max_steps": 5}


def run(problem, forget: str, dataset: str = "digits-noisy", **settings) -> dict[str, list]:
    """Everything that one run tells, by kind; tables by name under ``tables``."""
    spec = Tmu(**{name: value for name, value in (QUICK | settings).items() if value is not None})
    model, task = problem(spec, forget, dataset)
    events = list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))
    told = {kind.__name__: [event for event in events if isinstance(event, kind)] for kind in (Step, Phase, Note)}
    tables = {event.name: event.frame for event in events if isinstance(event, Table)}
    return told | {"tables": tables, "task": task, "order": events}


@pytest.fixture(scope="module")
def part(problem):
    return run(problem, "class=3:60%")


def test_phases_come_before_the_first_step(part):
    first_step = next(n for n, event in enumerate(part["order"]) if isinstance(event, Step))
    last_other = max(n for n, event in enumerate(part["order"]) if not isinstance(event, Step))
    assert last_other < first_step
    for name in ("twin", "curriculum"):
        phases = [phase for phase in part["Phase"] if phase.name == name]
        assert phases[-1].done == phases[-1].total > 0


def test_the_tables_of_a_run(part):
    tables, task = part["tables"], part["task"]
    assert set(tables) == {"twin", "twin_classes", "forget_features", "neighbours", "adversarial"}
    scale = ["nf_z", "af_z", "cf_z"]
    assert [*tables["forget_features"]] == ["index", "label", "nf", "af", "cf", *scale, "p_hard", "easy"]
    assert tables["forget_features"]["index"].tolist() == task.forget.index.tolist()
    assert set(tables["twin"]["index"]) <= set(task.pool.index)
    assert set(tables["neighbours"]["neighbour"]) <= set(task.retain.index)
    assert np.isfinite(tables["twin"].to_numpy(dtype=float)).all()
    assert len(tables["twin"]) == tables["twin_classes"]["taken"].sum()
    pixels = tables["adversarial"]["pixels"].map(len)
    assert set(pixels) == {task.forget.images[0].size}


def test_adversarial_pictures_are_within_the_budget(part):
    clean = part["task"].forget.images.astype(int).reshape(len(part["task"].forget), -1)
    found = np.stack([np.frombuffer(p, np.uint8) for p in part["tables"]["adversarial"]["pixels"]]).astype(int)
    assert abs(found - clean).max() <= 0.03 * 255 + 0.5  # and half a grey level of rounding


def test_twin_labels_depend_on_the_original_alone(problem, part):
    other = run(problem, "class=3:60%", curriculum_pairs=3, twin_epochs=1, attack=0.2)["tables"]["twin"]
    twin = part["tables"]["twin"]
    shared = twin.merge(other, on="index")
    assert len(shared) == len(twin)  # the draw of the twin images comes first
    assert (shared["easy_x"] == shared["easy_y"]).all()
    assert (shared["cf_x"] != shared["cf_y"]).any()


def test_one_image_is_enough(problem):
    found = run(problem, "class=3:1")
    row = found["tables"]["forget_features"].iloc[0]
    assert np.isfinite(row[["nf", "af", "cf", "nf_z", "af_z", "cf_z", "p_hard"]].to_numpy(dtype=float)).all()
    assert 0 < row["p_hard"] < 1


@pytest.mark.parametrize(
    ("forget", "dataset"), [("class=3", "digits"), ("class=3,5", "digits-noisy"), ("subclass=three", "digits-families")]
)
def test_without_retained_images_of_the_class_all_are_hard(problem, forget: str, dataset: str):
    found = run(problem, forget, dataset)
    assert (found["tables"]["forget_features"]["p_hard"] == 1).all()
    assert not found["tables"]["forget_features"]["easy"].any()
    assert np.isfinite(found["tables"]["forget_features"][["nf", "af", "cf"]].to_numpy()).all()
    assert "twin" not in found["tables"]
    assert not any(phase.name == "twin" for phase in found["Phase"])
    assert any("hard by construction" in note.text for note in found["Note"])


def test_whole_and_part_of_a_class_together(problem):
    features = run(problem, "class=3+class=5:60%")["tables"]["forget_features"]
    assert (features["p_hard"][features["label"] == 3] == 1).all()
    assert (features["p_hard"][features["label"] == 5] < 1).all()


def test_several_classes_share_one_predictor(problem):
    found = run(problem, "class=all:10%")["tables"]
    assert set(found["forget_features"]["label"]) == set(range(10))
    assert len(found["twin_classes"]) == 10


def test_a_pool_that_is_too_small_is_noted(problem, part):
    twin = part["tables"]["twin_classes"]
    asked, taken = twin["asked"].sum(), twin["taken"].sum()
    assert taken < asked  # 60 of 40 at a ratio of 24 to 16, of 45 in the pool
    assert any(f"The pool has only {taken} of the {asked} twin images" in note.text for note in part["Note"])
    enough = run(problem, "class=3:20%")
    assert not any("The pool has only" in note.text for note in enough["Note"])


def test_no_step_if_all_images_are_predicted_easy(problem):
    spec = Tmu(**QUICK, cut="half")
    model, task = problem(spec, "class=3:1", "digits")
    before = [parameter.clone() for parameter in model.parameters()]
    events = list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(0)))
    easy = next(event.frame["easy"] for event in events if isinstance(event, Table) and event.name == "forget_features")
    assert easy.all()  # one clean digit of a class that the original knows
    assert not any(isinstance(event, Step) for event in events)
    assert NoStep("no step was needed: no forget image is predicted to be hard") in events
    assert all(a.equal(b) for a, b in zip(before, model.parameters(), strict=True))


def test_the_papers_variant_gives_the_same_tables(problem):
    found = run(problem, "class=3:60%", variant="paper", epochs=1, **dict.fromkeys(QUICK))
    tables = found["tables"]
    assert set(tables["twin"]["label"]) == {3}
    assert [*tables["forget_features"]] == [*run(problem, "class=3:1")["tables"]["forget_features"]]
    assert (tables["forget_features"]["easy"] == (tables["forget_features"]["p_hard"] <= 0.5)).all()
    assert found["Step"][-1].stop_reason == "the schedule ended: passes over forget and retain set: 1"


def test_no_method_can_see_golds_or_test():
    """What a task has is all there is; and no method reaches for the runner, the store or a judgement by gold."""
    banned = ("core.experiment", "core.store", "core.jobs", "core.metrics.easy_hard", "core.metrics.accuracy")
    for path in sorted(Path(core.methods.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(banned), path
                assert "load_dataset" not in [alias.name for alias in node.names], path
