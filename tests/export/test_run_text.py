from core.export.run_text import accuracy_rows, facts
from core.results import Result
from core.store import RunFolder


def test_rows_are_in_percent_and_a_dash_where_nothing_is_defined(make_result) -> None:
    result = make_result("mu-mis", FA=0.125)
    result["accuracy"]["unlearned"]["FA_test"] = None
    rows = {role: values for role, *values in accuracy_rows(result)}
    assert rows["unlearned"] == ["12.50%", "98.00%", "89.00%", "–", "96.00%"]
    assert list(rows) == ["original", "unlearned", "gold-2", "gold-10"]


def test_facts_name_run_forget_set_device_and_versions(run: RunFolder) -> None:
    found = facts(run.result)
    assert found["run"] == run.run
    assert found["forget set"] == f"{run.result['forget']['size']} images, sha256 {run.result['forget']['sha256']}"
    assert found["device"] == "cpu"
    assert set(run.result["versions"]) <= set(found)


def test_imported_weights_have_no_training_time(run: RunFolder) -> None:
    seconds = run.result["seconds"]
    assert facts(run.result)["seconds of one retraining"] == f"{sum(seconds['gold']) / len(seconds['gold']):.2f}"
    given = Result(run.result | {"seconds": seconds | {"original": None, "gold": []}})
    assert facts(given)["seconds of one retraining"] == "not known"
