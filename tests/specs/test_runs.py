import pytest

from core.errors import InvalidSpec
from core.specs import METHODS, ForgetRequest, RunSpec


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"gold_seeds": (1, 1)}, r"gold seeds = \(1, 1\): seeds must be distinct"),
        ({"gold_seeds": (-1,)}, r"gold seeds = \(-1,\): .*from 0 to 2147483647"),
        ({"gold_seeds": (2**31,)}, "seeds must be distinct"),
        ({"gold_seeds": tuple(range(1, 66))}, "at most 64"),
        ({"model": {"seed": 2}}, "gold seed 2 is the original's seed, .*choose another, such as 0, 4 or 5$"),
        ({"model": {"without": "ab"}}, "model.without is set for gold models only"),
        ({"unlearn_seed": -1}, "unlearn_seed = -1 "),
        ({"after": [{}] * 51}, "at most 50"),
        ({"measure": {"norm_images": 0}}, "measure.norm_images = 0 "),
        ({"measure": {"probe_images": 9}}, "measure.probe_images = 9 "),
        ({"measure": {"shadows": 31}}, "measure.shadows = 31 is too few .*choose 0, or 32 to 512"),
        ({"measure": {"shadows": 513}}, "measure.shadows = 513 "),
        ({"measure": {"shadows": 32}, "after": [{}]}, "measure.shadows works for a single request"),
        ({"method": {"name": "mumis"}}, "expected tags: 'mu-mis', "),
    ],
)
def test_what_makes_no_run_is_refused(values, message):
    with pytest.raises(InvalidSpec, match=message):
        RunSpec.parse(values)


def test_gold_seeds_have_no_order():
    assert RunSpec(gold_seeds=(7, 4)).gold_seeds == (4, 7)
    assert RunSpec(gold_seeds=()).gold_seeds == ()


def test_the_id_is_the_beginning_of_the_key():
    spec = RunSpec()
    assert len(spec.id) == 12
    assert spec.key.startswith(spec.id)


@pytest.mark.parametrize("method", METHODS)
def test_runs_of_one_request_differ_in_method_settings_and_unlearning_seed_only(method: str):
    first, second = RunSpec(), RunSpec(method={"name": method}, unlearn_seed=5)
    assert first.request_key == second.request_key
    assert first.key != second.key


@pytest.mark.parametrize(
    "change",
    [
        {"model": {"seed": 9}},
        {"model": {"train": {"epochs": 1}}},
        {"forget": {"text": "class=4"}},
        {"forget": {"draw": 1}},
        {"after": (ForgetRequest(text="class=5"),)},
        {"gold_seeds": (1, 2)},
        {"measure": {"norm_images": 7}},
    ],
)
def test_everything_else_makes_another_request(change):
    assert RunSpec(**change).request_key != RunSpec().request_key
    assert RunSpec(**change).key != RunSpec().key
