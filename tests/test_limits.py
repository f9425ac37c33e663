import io
from collections.abc import Callable

import pytest

from core import DataUnavailable, InvalidSpec, RunSpec, Store, StoreError
from core.jobs import uploads
from core.limits import DEFAULTS, limit


def test_a_limit_is_a_whole_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limit("UNLEARN_MAX_QUEUE") == DEFAULTS["UNLEARN_MAX_QUEUE"]
    monkeypatch.setenv("UNLEARN_MAX_QUEUE", "7")
    assert limit("UNLEARN_MAX_QUEUE") == 7
    for text in ("0", "-1", "many", "1.5"):
        monkeypatch.setenv("UNLEARN_MAX_QUEUE", text)
        with pytest.raises(InvalidSpec, match=r"UNLEARN_MAX_QUEUE is '.*'; a whole number above 0 is needed"):
            limit("UNLEARN_MAX_QUEUE")


def test_the_queue_is_full(store: Store, quick: Callable[..., RunSpec], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNLEARN_MAX_QUEUE", "2")
    runs = [store.submit(quick(seed=seed)) for seed in (3, 4)]
    for spec in (quick(seed=5), quick(seed=6)):
        with pytest.raises(StoreError, match="2 runs are queued already; raise UNLEARN_MAX_QUEUE to queue more"):
            store.submit(spec)
    assert store.submit(quick(seed=3)) == runs[0]  # it is among them
    store.cancel(runs[1])
    store.submit(quick(seed=5))
    with pytest.raises(StoreError, match="queued already"):
        store.submit(quick(seed=4))  # resuming waits, too
    assert len(store.rows()) == 3


def test_too_many_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNLEARN_MAX_UPLOADS", "2")
    for token in ("a", "b"):
        uploads._folder(token).mkdir(parents=True)
    with pytest.raises(DataUnavailable, match=r"2 uploads are kept already; .* raise UNLEARN_MAX_UPLOADS"):
        uploads.start_adding(io.BytesIO(b""), "npz", "x")
