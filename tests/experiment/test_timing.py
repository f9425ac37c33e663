from collections.abc import Iterator

import pytest
import torch

from core import Step
from core.experiment import timing


def test_the_clock_excludes_measurements_between_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])

    def method() -> Iterator[Step]:
        for n in range(3):
            now[0] += 1.0  # inside
            yield Step(n + 1, 3, 0.0)

    stopwatch = timing.Clock(torch.device("cpu"))
    seen = []
    for _ in stopwatch.over(method()):
        now[0] += 100.0  # outside
        seen.append(stopwatch.seconds)
    assert seen == [1.0, 2.0, 3.0]


def test_memory_is_the_peak_inside_the_iterator(monkeypatch: pytest.MonkeyPatch) -> None:
    peak = [0]
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: None)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda device: peak.__setitem__(0, 0))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: peak[0])

    def method() -> Iterator[Step]:
        for n, used in enumerate((300, 500, 400)):
            peak[0] = max(peak[0], used)  # inside
            yield Step(n + 1, 3, 0.0)

    stopwatch = timing.Clock(torch.device("cuda"))
    for _ in stopwatch.over(method()):
        peak[0] = 9000  # outside
    assert stopwatch.memory == 500


def test_memory_on_the_cpu_is_not_known() -> None:
    stopwatch = timing.Clock(torch.device("cpu"))
    assert len(list(stopwatch.over(iter([Step(1, 1, 0.0)])))) == 1
    assert stopwatch.memory is None
