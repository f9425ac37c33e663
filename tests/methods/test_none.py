from core.methods.none import unlearn
from core.methods.steps import get_weights
from core.specs import make_method


def test_nothing_is_done(problem):
    spec = make_method("none")
    model, task = problem(spec)
    before = get_weights(model)
    assert list(unlearn(model, task, spec, generator=None)) == []
    assert all(a.equal(b) for a, b in zip(before, get_weights(model), strict=True))
