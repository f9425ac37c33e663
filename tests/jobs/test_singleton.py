from types import SimpleNamespace

import pytest

from core import Store, StoreError
from core.jobs import singleton
from core.jobs.singleton import Service, launched

SLEEPER = Service("sleeper", ("-c", "import sys, time; time.sleep(60)"))


def test_only_one_process_per_store(store: Store) -> None:
    assert not SLEEPER.is_up(store)
    assert not store.root.exists()  # looking writes nothing
    with SLEEPER.only_one(store):
        assert SLEEPER.is_up(store)
        assert not Service("other", ()).is_up(store)
        with pytest.raises(StoreError, match="has another running sleeper"), SLEEPER.only_one(store):
            pass
    assert not SLEEPER.is_up(store)


def test_a_service_of_another_process_is_not_started_again(store: Store) -> None:
    with SLEEPER.only_one(store):
        SLEEPER.ensure(store)
        assert ("sleeper", store.root.resolve()) not in launched


def test_it_is_started_once_and_again_after_it_has_ended(store: Store) -> None:
    SLEEPER.ensure(store)
    first = launched["sleeper", store.root.resolve()]
    SLEEPER.ensure(store)
    assert launched["sleeper", store.root.resolve()] is first
    first.kill()
    first.wait()
    SLEEPER.ensure(store)
    second = launched.pop(("sleeper", store.root.resolve()))
    assert second is not first
    second.kill()
    second.wait()


def test_one_that_ends_at_once_is_started_less_and_less_often(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(singleton, "time", SimpleNamespace(monotonic=lambda: now))
    broken = Service("broken", ("-c", "raise SystemExit(1)"))
    starts: list[float] = []
    for second in range(800):
        now = float(second)
        before = launched.get(("broken", store.root.resolve()))
        broken.ensure(store)
        if (after := launched["broken", store.root.resolve()]) is not before:
            after.wait()
            starts.append(now)
    assert starts == [0, 1, 2, 5, 12, 27, 58, 121, 241, 361, 481, 601, 721]
    launched.pop(("broken", store.root.resolve()))


def test_a_started_process_is_told_the_store(store: Store) -> None:
    Service("printer", ("-c", "import sys; print(sys.argv[1])")).ensure(store)
    assert launched.pop(("printer", store.root.resolve())).wait() == 0
    assert (store.root / "printer.log").read_text().strip() == str(store.root.resolve())
