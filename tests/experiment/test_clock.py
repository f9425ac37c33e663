from collections.abc import Iterator

import pytest
import torch

from core import Step
from core.experiment import clock


def test_what_is_measured_between_steps_is_not_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(clock.time, "perf_counter", lambda: now[0])

    def method() -> Iterator[Step]:
        for n in range(3):
            now[0] += 1.0  # inside
            yield Step(n + 1, 3, 0.0)

    stopwatch = clock.Clock(torch.device("cpu"))
    seen = []
    for _ in stopwatch.over(method()):
        now[0] += 100.0  # outside
        seen.append(stopwatch.seconds)
    assert seen == [1.0, 2.0, 3.0]


def test_streams_are_their_own() -> None:
    draws = [torch.rand(3, generator=clock.stream(s, p)).tolist() for s in (0, 1) for p in ("train", "unlearn")]
    assert len({tuple(draw) for draw in draws}) == 4
    assert torch.rand(3, generator=clock.stream(1, "train")).tolist() == draws[2]
