import sqlite3
import threading
from pathlib import Path

import pytest

from core.errors import NotFound, StoreError
from core.store import Index


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "store/index.sqlite")


def test_looking_writes_nothing(index: Index) -> None:
    assert index.rows() == []
    assert index.next() is None
    assert not index.path.parent.exists()


def test_the_states_of_a_run(index: Index) -> None:
    assert index.queue("a", "{}") == "queued"
    assert index.begin("a")
    assert not index.begin("a")  # a second worker does not get it
    assert index.queue("a", "{}") == "running"
    assert index.end("a", "done")
    assert not index.end("a", "failed", "too late")
    row = index.row("a")
    assert (row.state, row.error, row.attempts) == ("done", None, 1)
    assert index.queue("a", "{}") == "done"


@pytest.mark.parametrize("state", ["failed", "cancelled", "interrupted"])
def test_what_did_not_finish_can_be_queued_again(index: Index, state: str) -> None:
    index.queue("a", "{}")
    index.begin("a")
    index.end("a", state, "why")
    assert index.row("a").error == "why"
    assert index.queue("a", "{}") == "queued"
    assert index.row("a").error is None
    index.begin("a")
    assert index.row("a").attempts == 2


def test_the_queue_is_first_come_first_served(index: Index) -> None:
    for run in "cab":
        index.queue(run, "{}")
    assert index.next() == "c"
    index.begin("c")
    assert index.next() == "a"
    index.end("a", "cancelled", only_from=("queued",))
    assert index.next() == "b"
    assert [row.id for row in index.rows()] == ["b", "a", "c"]


def test_only_one_of_many_begins(index: Index) -> None:
    index.queue("a", "{}")
    won: list[bool] = []
    threads = [threading.Thread(target=lambda: won.append(index.begin("a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_a_name_a_note_and_a_star(index: Index) -> None:
    index.queue("a", "{}")
    assert (index.row("a").name, index.row("a").note, index.row("a").starred) == ("", "", False)
    index.mark("a", name="first", note="a *long* story", starred=True)
    index.mark("a", name="best", note="", starred=True)
    row = index.rows()[0]
    assert (row.name, row.note, row.starred) == ("best", "", True)
    index.begin("a")
    index.end("a", "done")
    assert index.row("a").name == "best"
    index.remove("a")
    index.queue("a", "{}")
    assert index.row("a").name == ""  # another run of the same spec starts without


def test_marks_that_are_refused(index: Index) -> None:
    index.queue("a", "{}")
    with pytest.raises(NotFound, match="run 'b' is not in this store"):
        index.mark("b", name="", note="", starred=True)
    with pytest.raises(StoreError, match="the name has 81 characters; at most 80 are allowed"):
        index.mark("a", name="x" * 81, note="", starred=False)


def test_a_store_of_before_there_were_marks(index: Index) -> None:
    index.queue("a", "{}")
    with sqlite3.connect(index.path) as old:
        old.execute("drop table marks")
    old.close()
    assert not index.rows()[0].starred
    index.mark("a", name="kept", note="", starred=True)
    assert index.row("a").name == "kept"


def test_no_run_changes_its_state_inside_still(index: Index) -> None:
    index.queue("a", "{}")
    began: list[bool] = []
    thread = threading.Thread(target=lambda: began.append(index.begin("a")))
    with index.still():
        thread.start()
        thread.join(0.2)
        assert began == []
    thread.join()
    assert began == [True]


def test_remove(index: Index) -> None:
    index.queue("a", "{}")
    with pytest.raises(StoreError, match="run a is queued; cancel it"):
        index.remove("a")
    index.begin("a")
    index.end("a", "done")
    index.remove("a")
    with pytest.raises(NotFound, match="run 'a' is not in this store"):
        index.row("a")


def test_a_store_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        Index(tmp_path / "file/index.sqlite").queue("a", "{}")
    (tmp_path / "bad.sqlite").write_text("this is not a database, and long enough to show it " * 40)
    with pytest.raises(StoreError, match="cannot be used"):
        Index(tmp_path / "bad.sqlite").rows()
