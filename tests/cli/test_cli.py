import argparse
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from core import METHODS, Store, parse_spec
from core.cli import _parser, main
from core.specs import to_command, to_python

QUICK = "--set model.train.epochs=1 --set model.data.size=200 --gold-seeds 1"


def last_json(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_run_show_export_cancel_list(store: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = f"--dataset digits --forget class=three --method none {QUICK}".split()
    assert main(["run", *words, "--json"]) == 0
    result = last_json(capsys)
    assert set(result) >= {"schema", "run", "request", "spec", "forget", "state", "device", "versions", "models",
                           "accuracy", "gap", "gap_test", "gold_spread", "sensitivity", "seconds", "steps",
                           "stop_reason", "notes"}  # fmt: skip
    assert store.run(result["run"]).result == result
    assert main(["show", result["run"], "--json"]) == 0
    assert last_json(capsys) == result
    assert main(["run", *words]) == 0  # the same spec is the same run: its result is shown
    assert "gold-1" in capsys.readouterr().out
    assert store.row(result["run"]).attempts == 1
    assert main(["export", result["run"], str(tmp_path / "out")]) == 0
    assert (tmp_path / "out/samples.parquet").exists()
    assert main(["cancel", result["run"]]) == 0
    assert "had already ended: done" in capsys.readouterr().out
    assert main(["list", "runs"]) == 0
    assert capsys.readouterr().out == f"{result['run']}\tdone\tdigits\tclass=three\tnone\n"
    (tmp_path / "run.json").write_text(json.dumps(result["spec"]))
    assert main(["run", "--spec", str(tmp_path / "run.json"), "--json"]) == 0
    assert last_json(capsys)["run"] == result["run"]
    assert shlex.split(to_command(parse_spec(result["spec"])))[:4] == ["python", "-m", "core", "run"]


def test_the_printed_command_and_python_give_the_same_numbers(
    quick: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = quick("mu-mis", "class=3:30%+index=5", unlearn_seed=7, gold_seeds=(4, 9), settings={"max_steps": 5})
    python, *words = shlex.split(to_command(spec))
    assert (python, words[:2]) == ("python", ["-m", "core"])
    monkeypatch.setenv("UNLEARN_STORE", str(tmp_path / "by command"))
    assert main([*words[2:], "--device", "cpu", "--json"]) == 0
    by_command = last_json(capsys)
    by_python: dict[str, Any] = {}
    exec(to_python(spec), by_python)
    assert by_command["spec"] == by_python["finished"].result["spec"] == spec.model_dump(mode="json")
    assert by_command["accuracy"] == by_python["finished"].result["accuracy"]
    assert by_command["sensitivity"] == by_python["finished"].result["sensitivity"]


def test_plan_writes_nothing(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--forget", "class=3:30%", "--json"]) == 0
    planned = last_json(capsys)
    assert planned["forget"]["size"] == planned["per_class"]["three"][0]
    assert main(["plan", "--forget", "class=3:30%"]) == 0
    assert planned["run"] in capsys.readouterr().out
    assert main(["plan", "--device", "cpu"]) == 0  # as run
    assert main(["plan", "--device", "tpu"]) == 2
    assert not store.root.exists()


def test_a_plan_of_many_classes_names_the_first(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("core.cli.MAX_CLASSES", 2)
    assert main(["plan", "--dataset", "digits", "--forget", "class=3,5,7,8:2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if " of " in line][:3] == [
        "  three: 2 of 91", "  five: 2 of 91", "  2 other classes: 4 of 177"
    ]  # fmt: skip


def test_every_option_of_every_command_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    (commands,) = (action for action in _parser()._actions if action.nargs == argparse.PARSER)
    assert len(commands.choices) > 10
    for name, parser in commands.choices.items():
        unexplained = [action.dest for action in parser._actions if not action.help]
        assert unexplained == [], name
        with pytest.raises(SystemExit, match="0"):
            main([name, "--help"])  # a bare percent sign would raise


def test_plan_says_where_times_are_rough(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("core.planning.estimate.has_gpu", lambda: False)
    assert main(["plan", "--forget", "class=3"]) == 0
    assert "Rough times" not in capsys.readouterr().out  # the gallery has such trainings
    assert main(["plan", "--forget", "class=3", "--set", "model.width=32"]) == 0
    assert "Rough times: scaled from trainings of other networks" in capsys.readouterr().out


def test_lists(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "methods"]) == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == list(METHODS)
    for what in ("datasets", "architectures", "metrics", "glossary"):
        assert main(["list", what]) == 0
        assert capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("run --dataset mnost", "data set 'mnost'"),
        ("run --forget class=eleven", "class 'eleven'"),
        ("run --forget class=all", "every training image"),
        ("run --forget index=@missing", "missing cannot be read"),
        ("run --method forget-me", "method 'forget-me'"),
        ("run --set delta=7", "delta"),
        ("run --set learning_rate=0.1", "learning_rate = 0.1 is not used with variant = scale-free"),
        ("run --set colour=red", "colour"),
        ("run --set variant", "--set 'variant' is not NAME=VALUE"),
        ("run --set model.train.epochs=-1", "epochs"),
        ("run --gold-seeds 0,1", "gold seed 0 is the original's seed"),
        ("run --gold-seeds many", "'many' is not a whole number"),
        ("run --seed x", "'x' is not a whole number"),
        ("run --device tpu", "device 'tpu'"),
        ("run --spec no.json", "no.json cannot be read"),
        ("run --spec no.json --seed 1", "leave --seed out"),
        ("run --spec no.json --after class=1", "leave --after out"),
        ("run --after class=3", "class=3 is already forgotten by earlier requests"),
        ("run --after class=1;", "has an empty request"),
        ("run --dataset digits --arch resnet18", "architecture 'resnet18'"),
        ("run --recipe slow", "recipe 'slow'"),
        ("show 123", "run '123'"),
        ("bench speed", "benchmark 'speed'"),
        ("list things", "invalid choice: 'things'"),
        ("dance", "invalid choice: 'dance'"),
        ("run --dance", "--dance"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    words: str, said: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(words.split())
    except SystemExit as ended:
        status = ended.code  # argparse's own refusals
    captured = capsys.readouterr()
    assert status == 2
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert not store.root.exists()


def test_a_failing_run_is_status_1(store: Store, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*args: Any, **words: Any) -> Any:
        raise RuntimeError("no luck")
        yield

    monkeypatch.setattr("core.jobs.worker.execute", broken)
    assert main(["run", *QUICK.split(), "--method", "none"]) == 1
    assert "failed: RuntimeError: no luck" in capsys.readouterr().err
    assert [row.state for row in store.rows()] == ["failed"]
