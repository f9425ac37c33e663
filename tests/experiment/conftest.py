"""Executing a quick spec to its end, and looking at what it told."""

from collections.abc import Callable
from typing import Any

import pytest

from core import Finished, Phase, RunSpec, execute


@pytest.fixture(scope="session")
def finish() -> Callable[..., tuple[list[Any], dict[str, Any]]]:
    """``finish(spec, models=...)`` -> (events, result)."""

    def to_the_end(spec: RunSpec, **words: Any) -> tuple[list[Any], dict[str, Any]]:
        events = list(execute(spec, device="cpu", **words))
        assert isinstance(events[-1], Finished)
        return events, events[-1].result

    return to_the_end


@pytest.fixture(scope="session")
def phases() -> Callable[[list[Any]], list[str]]:
    """Names of the phases in the order in which they came."""
    return lambda events: list(dict.fromkeys(event.name for event in events if isinstance(event, Phase)))
