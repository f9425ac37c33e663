from core import Store
from core.gallery import examples, shipped
from core.jobs.worker import attempt
from core.store import RunFolder
from pages.ui import library


def test_results_of_a_request_are_the_runs_own_then_by_seed(finished_run: RunFolder, store: Store) -> None:
    spec = finished_run.spec
    seeds = [store.submit(spec.but(unlearn_seed=seed)) for seed in (2, 1)]
    assert [attempt(store, run, "cpu") for run in seeds] == ["done", "done"]
    store.submit(spec.but(unlearn_seed=3))  # not finished
    other = store.submit(spec.but(gold_seeds=(1,)))
    assert attempt(store, other, "cpu") == "done"  # of another request
    found = library.results(store.run(seeds[0]))
    assert [result["spec"]["unlearn_seed"] for result in found] == [2, 0, 1]
    assert [row.id for row in library.of_request(store.run(other).spec)] == [other]


def test_shipped_runs_of_one_request_stand_side_by_side(store: Store) -> None:
    run = next(run for entry in examples() if (run := shipped(entry.spec)))
    same = {entry.spec.id for entry in examples() if entry.spec.request_key == run.spec.request_key}
    found = library.results(run)
    assert found[0] == run.result
    assert {result["run"] for result in found} == same
    assert store.rows() == []
