"""Pool processes: one thread each, and events that reach the process of the run."""

from collections.abc import Generator

import pytest
import torch

from core.experiment.processes import CONTEXT, last, process_pool, send


def test_a_pool_process_has_one_thread_and_its_events_arrive() -> None:
    events = CONTEXT.Queue()
    with process_pool(1, events) as pool:
        assert pool.submit(torch.get_num_threads).result() == 1
        pool.submit(send, "hello").result()
    assert events.get(timeout=10) == "hello"


def test_outside_of_a_pool_nothing_can_be_sent() -> None:
    with pytest.raises(AssertionError):
        send("lost")


def test_the_return_value_of_a_generator() -> None:
    def three() -> Generator[int, None, str]:
        yield 1
        return "three"

    assert last(three()) == "three"
