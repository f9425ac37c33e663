from collections.abc import Iterator

import pytest

from core import Store
from core.bench.runs import Runs
from core.bench.table import Part, Table
from core.cli import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["speed"], "benchmark 'speed' is not known; choose summary, classes, "),
        (["paper", "resnet"], "benchmark 'paper resnet' is not known"),
        (["parts", "--sizes", "30"], "only easy-hard has sizes"),
        (["easy-hard", "--sizes", "0,30"], "whole percentages from 1 to 99"),
        (["easy-hard", "--sizes", "x"], "whole percentages from 1 to 99"),
        (["easy-hard", "--sizes", "5", "--write"], "the docs show the default size"),
    ],
)
def test_what_cannot_be_measured_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert main(["bench", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_name_may_have_two_words(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured: list[Store] = []

    def measure(runs: Runs) -> Iterator[Part]:
        measured.append(runs.store)
        yield Table("Faces", ("a",), [(0.5,)])

    monkeypatch.setattr("core.bench.paper_tmu.measure", measure)
    assert main(["bench", "paper", "tmu"]) == 0
    assert [found.root for found in measured] == [store.root]
    assert capsys.readouterr().out == "\n**Faces**\n\n| a |\n|---|\n| 0.5000 |\n"
