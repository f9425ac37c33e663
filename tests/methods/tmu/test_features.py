import numpy as np
import pandas as pd
import pytest
import torch
from captum.robust import PGD
from scipy.special import log_softmax, softmax
from torch import nn

from core.methods.tmu import features
from core.methods.tmu.features import (
    attack_feature,
    attacked,
    brief_recipe,
    curriculum,
    measure,
    nearest,
)
from core.methods.tmu.twin import joined
from core.specs import TrainSpec
from core.specs.methods.tmu import Tmu
from core.training import as_float, tensors

CPU = torch.device("cpu")
SPEC, PAPER = Tmu(), Tmu(variant="paper")


@pytest.fixture(scope="module")
def noisy(problem):
    return problem(SPEC, "class=3:30%+class=5:1", "digits-noisy")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_nearest_by_hand():
    bank = torch.tensor([[0.0], [1.0], [3.0], [6.0]])
    distance, position = nearest(torch.tensor([[1.2], [6.0]]), bank, count=2, batch_size=1)
    assert position.tolist() == [[1, 0], [3, 2]]
    assert torch.allclose(distance, torch.tensor([[0.2, 1.2], [0.0, 3.0]]))  # an exact duplicate is at 0


def test_an_image_is_never_its_own_neighbour_but_its_duplicate_is():
    bank = torch.tensor([[0.0], [2.0], [2.0], [5.0]])
    distance, position = nearest(bank, bank, itself=torch.eye(4, dtype=torch.bool), count=1)
    assert position.squeeze(1).tolist() == [1, 2, 1, 1]
    assert distance.squeeze(1).tolist() == [2, 0, 0, 3]


def test_fewer_images_than_neighbours_give_as_many_as_there_are():
    bank = torch.tensor([[0.0], [2.0]])
    assert nearest(bank, bank)[0].shape == (2, 2)
    assert nearest(bank, bank, itself=torch.eye(2, dtype=torch.bool))[0].tolist() == [[2], [2]]


@pytest.mark.parametrize("budget", [0.01, 0.2])
def test_an_attack_stays_inside_its_budget_and_inside_the_image(noisy, budget: float):
    model, task = noisy
    clean = as_float(tensors(task.forget, CPU)[0])
    found = attacked(model, task.forget, budget, batch_size=10)
    assert (found - clean).abs().max() <= budget + 1e-6
    assert (found - clean).abs().max() > 0.9 * budget  # it uses what it has
    assert found.min() >= 0
    assert found.max() <= 1


@pytest.mark.filterwarnings("ignore:Input Tensor 0 did not already require gradients")  # captum of its own steps
def test_an_attack_is_captums(noisy):
    model, task = noisy
    model.eval()
    images, labels = tensors(task.forget, CPU)
    theirs = PGD(model, nn.CrossEntropyLoss(reduction="none"), lower_bound=0, upper_bound=1).perturb(
        as_float(images),
        radius=0.05,
        step_size=0.0125,
        step_num=10,
        target=labels,
        targeted=False,
        random_start=False,
    )
    assert torch.allclose(attacked(model, task.forget, 0.05), theirs, atol=1e-6)


def test_an_attack_leaves_the_model_as_it_was(noisy):
    model, task = noisy
    model.train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    attacked(model, task.forget, 0.1)
    assert model.training
    assert all(parameter.requires_grad and parameter.grad is None for parameter in model.parameters())
    assert all(value.equal(before[name]) for name, value in model.state_dict().items())


def test_the_attack_feature_is_the_cross_entropy_of_probabilities(noisy):
    model, task = noisy
    model.eval()
    clean = as_float(tensors(task.forget, CPU)[0])
    adversarial = attacked(model, task.forget, 0.1)
    with torch.no_grad():
        before, after = (model(x).double().numpy() for x in (clean, adversarial))
    by_hand = -(softmax(before, axis=1) * log_softmax(after, axis=1)).sum(1)
    assert attack_feature(model, task.forget, adversarial).numpy() == pytest.approx(by_hand, rel=1e-4)


def test_every_image_is_learnt_by_one_model_of_each_pair(noisy, monkeypatch):
    _, task = noisy
    learnt: list[np.ndarray] = []

    def spy(model, split, recipe, *, generator):
        learnt.append(split.index)
        yield from ()

    monkeypatch.setattr(features, "train", spy)
    images = joined(task.retain, task.forget, task.pool)
    told = list(curriculum(task, images, Tmu(curriculum_pairs=3), seeded()))
    assert [(done, total) for done, total, _ in told] == [(n, 6) for n in range(1, 7)]
    assert all(len(loss) == len(images) for _, _, loss in told)
    for one, other in zip(learnt[::2], learnt[1::2], strict=True):
        assert sorted([*one, *other]) == sorted(images.index)
    assert set(learnt[0]) not in ({*learnt[2]}, {*learnt[3]})  # every pair halves anew
    losses = [loss for _, _, loss in told]
    assert not any(a.equal(b) for n, a in enumerate(losses) for b in losses[:n])  # every model has weights of its own


@pytest.mark.parametrize(
    ("images", "epochs"),
    [(640, 6), (64, 60), (6400, 5)],  # 60 steps of 64 images: 6 passes over 640; five passes are more over 6400
)
def test_the_budget_counts_steps(images: int, epochs: int):
    assert brief_recipe(TrainSpec(batch_size=64), images, SPEC).epochs == epochs
    assert brief_recipe(TrainSpec(batch_size=64), images, PAPER).epochs == 2


def test_the_papers_curriculum_is_one_model_of_half_the_images(noisy, monkeypatch):
    _, task = noisy
    learnt: list[tuple[int, int]] = []

    def spy(model, split, recipe, *, generator):
        learnt.append((len(split), recipe.epochs))
        yield from ()

    monkeypatch.setattr(features, "train", spy)
    images = joined(task.retain, task.forget, task.pool)
    assert [(done, total) for done, total, _ in curriculum(task, images, PAPER, seeded())] == [(1, 1)]
    assert learnt == [(-(-len(images) // 2), 2)]


def test_the_papers_features_have_no_scale(noisy):
    model, task = noisy
    loss = losses_for(task.forget, task.retain)
    found = measure(model, task.forget, task.retain, loss, PAPER, seeded())
    assert (found.frame[features.SCALED].to_numpy() == found.frame[features.FEATURES].to_numpy()).all()
    some = task.forget.take(task.forget.labels == 3)
    like = task.retain.take(task.retain.labels == 3)
    with torch.no_grad():
        acts, bank = (model.eval().features(as_float(tensors(split, CPU)[0])).double() for split in (some, like))
    by_hand = np.sort(torch.cdist(acts, bank).numpy(), axis=1)[:, :5].mean(1)
    assert found.frame["nf"][found.frame["label"] == 3].to_numpy() == pytest.approx(by_hand, rel=1e-4)


def losses_for(*splits) -> pd.Series:
    ids = np.concatenate([split.index for split in splits])
    return pd.Series(np.random.default_rng(0).gamma(2.0, size=len(ids)), index=ids)


@pytest.mark.parametrize("reference", ["all", "class"])
def test_features_of_the_remaining_images_themselves_have_no_scale_left(noisy, reference: str):
    model, task = noisy
    some = task.retain.take(np.isin(task.retain.labels, (3, 8, 9)))
    assert len(some) < features.REFERENCE
    found = measure(model, some, some, losses_for(some), Tmu(reference=reference), seeded()).frame
    # asked and reference are the same images, none of them its own neighbour: mean 0 and deviation 1 where they are set
    parts = found.groupby("label")[features.SCALED] if reference == "class" else found[features.SCALED]
    assert np.abs(parts.mean().to_numpy()).max() < 1e-6
    assert parts.std(ddof=0).to_numpy().ravel() == pytest.approx(1, rel=1e-4)


def test_one_scale_for_all_classes_keeps_what_differs_between_them(noisy):
    model, task = noisy
    some = task.retain.take(np.isin(task.retain.labels, (3, 8)))
    loss = losses_for(some)
    loss[some.index[some.labels == 8]] *= 10  # briefly trained models know little of this class
    shift = {
        reference: measure(model, some, some, loss, Tmu(reference=reference), seeded()).frame.groupby("label")["cf_z"]
        for reference in ("all", "class")
    }
    assert shift["all"].mean()[8] - shift["all"].mean()[3] > 1
    assert shift["class"].mean()[8] == pytest.approx(shift["class"].mean()[3], abs=1e-6)


def test_one_image_has_the_same_features_alone_as_among_others(noisy):
    model, task = noisy
    loss = losses_for(task.forget, task.retain)
    every = measure(model, task.forget, task.retain, loss, SPEC, seeded())
    alone = measure(model, task.forget.take(slice(2, 3)), task.retain, loss, SPEC, seeded())
    assert len(alone.frame) == 1
    columns = [*features.FEATURES, *features.SCALED]
    assert alone.frame[columns].iloc[0].to_numpy() == pytest.approx(every.frame[columns].iloc[2].to_numpy(), rel=1e-3)
    assert np.isfinite(alone.frame[columns].to_numpy()).all()


def test_neighbours_are_the_nearest_remaining_images_of_the_class(noisy):
    model, task = noisy
    found = measure(model, task.forget, task.retain, losses_for(task.forget, task.retain), SPEC, seeded())
    label = dict(zip(task.retain.index.tolist(), task.retain.labels.tolist(), strict=True))
    own = dict(zip(task.forget.index.tolist(), task.forget.labels.tolist(), strict=True))
    rows = found.neighbours
    assert all(label[n] == own[i] for n, i in zip(rows["neighbour"], rows["index"], strict=True))
    assert rows.groupby("index")["rank"].apply(list).tolist() == [[1, 2, 3, 4, 5]] * len(task.forget)
    assert rows.groupby("index")["distance"].apply(lambda d: d.is_monotonic_increasing).all()
    mean = rows.groupby("index")["distance"].mean()
    assert found.frame["nf"].to_numpy() == pytest.approx(mean[found.frame["index"]].to_numpy(), rel=1e-5)


def test_with_five_images_left_all_retained_images_set_the_scale(noisy):
    model, task = noisy
    few = np.concatenate([np.flatnonzero(task.retain.labels == 3)[:5], np.flatnonzero(task.retain.labels != 3)])
    remaining = task.retain.take(few)
    found = measure(model, task.forget, remaining, losses_for(task.forget, remaining), SPEC, seeded())
    neighbours = set(found.neighbours["neighbour"])
    others = set(remaining.index[remaining.labels != 3])
    assert neighbours & others
    assert np.isfinite(found.frame[features.SCALED].to_numpy()).all()
