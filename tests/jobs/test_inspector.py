"""The inspector in this process, and once in its own."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import RunSpec, Store, StoreError
from core.jobs import inspector
from core.jobs.inspector import ensure_inspector, inspect, is_inspecting
from core.jobs.singleton import launched
from core.jobs.worker import attempt
from core.specs.inspection import InspectSpec
from core.store.files import read_json
from core.store.inspections import PARTS


@pytest.fixture(scope="module")
def finished(quick: Callable[..., RunSpec], tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("inspector"))
    assert attempt(store, store.submit(quick(gold_seeds=(1,))), "cpu") == "done"
    return store.root


@pytest.fixture
def asked(finished: Path) -> Store:
    """A store with one finished run, in which nothing has been asked."""
    store = Store(finished)
    assert store.inspections.newest() is None
    return store


def question(store: Store, image: str) -> InspectSpec:
    return InspectSpec(run=store.rows()[0].id, image=image)


def test_answers_every_part_and_goes_when_idle(asked: Store) -> None:
    spec = question(asked, "3")
    asked.inspections.ask(spec)
    started = time.monotonic()
    inspect(asked, idle_seconds=0.2)
    assert time.monotonic() - started < 30
    assert asked.inspections.known(spec) == PARTS
    assert not asked.inspections.is_open(spec)
    assert set(asked.inspections.answers(spec)["role"]) == {"initial", "original", "unlearned", "gold-1"}
    assert not is_inspecting(asked)


def test_a_newer_question_comes_between_two_parts(asked: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = question(asked, "4"), question(asked, "5")
    order: list[tuple[str, str]] = []
    find = inspector._find

    def spy(store: Store, spec: InspectSpec, part: str, models: dict) -> None:
        find(store, spec, part, models)
        order.append((spec.image, part))
        if len(order) == 1:
            store.inspections.ask(second)

    monkeypatch.setattr(inspector, "_find", spy)
    asked.inspections.ask(first)
    inspect(asked, idle_seconds=0.2)
    assert order == [("4", PARTS[0]), *(("5", part) for part in PARTS), *(("4", part) for part in PARTS[1:])]


def test_a_failed_question_does_not_stop_the_inspector(asked: Store) -> None:
    broken = {
        "no such image": (question(asked, "77777"), "image 77777 is not in this data set"),
        "no such picture": (question(asked, "own-" + "0" * 20), "draw or upload it again"),
        "no such run": (InspectSpec(run="nope", image="1"), "no finished run"),
    }
    for spec, _ in broken.values():
        asked.inspections.ask(spec)
    good = question(asked, "6")
    asked.inspections.ask(good)
    inspect(asked, idle_seconds=0.2)
    for spec, sentence in broken.values():
        assert sentence in (asked.inspections.error(spec) or "")
        assert not asked.inspections.is_open(spec)
    assert asked.inspections.known(good) == PARTS


def test_an_unexpected_error_is_reported(asked: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(inspector, "_find", broken)
    spec = question(asked, "7")
    asked.inspections.ask(spec)
    inspect(asked, idle_seconds=0.2)
    assert asked.inspections.error(spec) == "ZeroDivisionError: oops"


def test_one_process_serves_two_servers(asked: Store) -> None:
    name = asked.inspections.keep_picture(np.full((1, 8, 8), 200, np.uint8))
    spec = question(asked, name)
    asked.inspections.ask(spec)
    ensure_inspector(asked)
    ensure_inspector(Store(asked.root))  # another server
    process = launched["inspector", asked.root.resolve()]
    end = time.monotonic() + 90
    while asked.inspections.is_open(spec):
        assert time.monotonic() < end, "waited too long"
        assert process.poll() is None, (asked.root / "inspector.log").read_text()
        time.sleep(0.05)
    assert asked.inspections.known(spec) == PARTS
    assert is_inspecting(asked)
    with pytest.raises(StoreError, match="has another running inspector"):
        inspect(asked)
    assert read_json(asked.root / "inspector.json")["pid"] == process.pid
    os.kill(process.pid, signal.SIGTERM)
    process.wait()
    del launched["inspector", asked.root.resolve()]
    assert not is_inspecting(asked)
    assert (asked.root / "inspector.log").read_text() == ""
