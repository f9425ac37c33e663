import pytest

from core.specs import make_spec
from core.specs.requests import parse_requests, requests_text
from core.specs.sequence import sequence_runs

SEQUENCE = "class=1;class=3;class=5"
LAST = make_spec("digits", "class=5", "tmu", after=parse_requests("class=1;class=3"), gold_seeds=(1, 4), unlearn_seed=7)


def test_every_step_is_a_run_after_those_before_it() -> None:
    runs = sequence_runs(LAST)
    assert [requests_text((*run.after, run.forget)) for run in runs] == ["class=1", "class=1;class=3", SEQUENCE]
    assert runs[-1] == LAST
    assert {run.gold_seeds for run in runs} == {(1, 4)}
    assert {(run.model, run.method, run.unlearn_seed) for run in runs} == {(LAST.model, LAST.method, 7)}


def test_golds_for_the_last_step_alone() -> None:
    assert [run.gold_seeds for run in sequence_runs(LAST, golds_between=False)] == [(), (), (1, 4)]


def test_a_single_request_is_a_sequence_of_one() -> None:
    spec = make_spec("digits")
    assert sequence_runs(spec) == sequence_runs(spec, golds_between=False) == (spec,)


@pytest.mark.parametrize("change", [{"gold_seeds": ()}, {"measure": {"norm_images": 7}}])
def test_golds_and_measures_do_not_change_the_unlearned_weights(change: dict) -> None:
    assert LAST.replace(**change).unlearned_key == LAST.unlearned_key


@pytest.mark.parametrize(
    "change",
    [{"unlearn_seed": 1}, {"after": ()}, {"forget": {"text": "class=6"}}, {"method": {"name": "none"}},
     {"model": {"seed": 9}}],
)  # fmt: skip
def test_everything_else_does(change: dict) -> None:
    assert LAST.replace(**change).unlearned_key != LAST.unlearned_key
