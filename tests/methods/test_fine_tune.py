import torch

from core.methods.fine_tune import unlearn
from core.methods.task import Batches
from core.specs import make_method


def run(problem, **settings):
    spec = make_method("fine-tune", settings)
    model, task = problem(spec)
    steps = list(unlearn(model, task, spec, generator=torch.Generator().manual_seed(1)))
    return model, task, steps


def test_it_trains_on_the_retain_set_in_training_mode_and_does_not_see_the_forget_set(problem):
    model, task, steps = run(problem, schedule="authors", epochs=2, learning_rate=0.03)
    assert task.forget is None
    twin, _ = problem(make_method("fine-tune"))
    batches = Batches.from_split(task.retain, task.recipe.batch_size, twin, torch.Generator().manual_seed(1))
    optimiser = torch.optim.SGD(twin.parameters(), 0.03, task.recipe.momentum, weight_decay=task.recipe.weight_decay)
    twin.train()
    losses = []
    for images, labels in (next(batches) for _ in range(2 * batches.per_pass)):
        loss = torch.nn.functional.cross_entropy(twin(images), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert [step.loss for step in steps] == losses
    assert all(torch.equal(value, twin.state_dict()[name]) for name, value in model.state_dict().items())
    assert steps[-1].stop_reason == "its authors' schedule ended: 2 passes"


def test_the_same_stop_looks_at_the_forget_set(problem):
    _, task, steps = run(problem, max_steps=3)
    assert task.forget is not None
    assert steps[-1].stop_reason.startswith("step limit of 3 reached: the forget set's accuracy")
