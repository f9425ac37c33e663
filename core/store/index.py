"""The SQLite index of a store: runs, their states, and every attempt at them.

queued -> running -> done | failed | cancelled | interrupted; the last three can be queued again. Every state change is
one transaction.
"""

import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.access import check_writable
from core.errors import NotFound, StoreError
from core.limits import limit
from core.specs.base import short

ENDED = ("done", "failed", "cancelled", "interrupted")

SCHEMA = (
    "create table if not exists runs (id text primary key, spec text not null, state text not null, "
    "queued real not null, changed real not null, error text)",
    "create table if not exists attempts (run text not null, number integer not null, started real not null, "
    "ended real, state text not null, error text, pid integer not null, host text not null, "
    "primary key (run, number))",
    "create table if not exists marks (run text primary key, name text not null, note text not null, "
    "starred integer not null)",
)
MAX_NAME, MAX_NOTE = 80, 4000  # characters


@dataclass(frozen=True)
class RunRow:
    """A row of the index. Times are seconds since 1970; ``started`` is the start of the last attempt.

    ``name``, ``note`` and ``starred`` are set by the user and are in no key.
    """

    id: str
    spec: str
    state: str
    queued: float
    changed: float
    error: str | None
    attempts: int
    started: float | None
    name: str
    note: str
    starred: bool


class Index:
    """The index file. Every call opens its own connection, so threads and processes can share an ``Index``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        check_writable()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"the store {self.path.parent} cannot be opened: {error}") from error
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("begin immediate")
            for statement in SCHEMA:
                connection.execute(statement)
            yield connection
            connection.execute("commit")
        except sqlite3.Error as error:
            raise StoreError(f"the index {self.path} cannot be used: {error}") from error
        finally:
            connection.close()  # rolls back uncommitted changes

    def _find(self, query: str, *values: str) -> list[sqlite3.Row]:
        """The rows of a query. Works in a store that cannot be written, and waits for no other reader."""
        if not self.path.exists():
            return []
        try:
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=20)) as db:
                db.row_factory = sqlite3.Row
                return db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            if "no such table" not in str(error):
                raise StoreError(f"the index {self.path} cannot be used: {error}") from error
        with self._transaction() as db:  # it was written by an older version, or is being made
            return db.execute(query, values).fetchall()

    def rows(self) -> list[RunRow]:
        """All runs, newest first."""
        return [_read(row) for row in self._find(f"{_SELECT} order by queued desc, id")]

    def row(self, run: str) -> RunRow:
        """
        Raises:
            NotFound: no such run.
        """
        return _only(self._find(f"{_SELECT} where id = ?", run), run)

    def check_room(self, run: str) -> None:
        """
        Raises:
            StoreError: the queue is full, and the run is not in it or past it.
        """
        found = self._find("select id from runs where state in ('queued', 'running', 'done')")
        waiting = self._find("select id from runs where state = 'queued'")
        if len(waiting) >= limit("UNLEARN_MAX_QUEUE") and run not in {row["id"] for row in found}:
            raise StoreError(f"{len(waiting)} runs are queued already; raise UNLEARN_MAX_QUEUE to queue more")

    def queue(self, run: str, spec: str) -> str:
        """Queues a run that is new or did not finish; returns its state."""
        now = time.time()
        with self._transaction() as db:
            db.execute(
                "insert into runs values (?, ?, 'queued', ?, ?, null) on conflict (id) do update set "
                "state = 'queued', queued = excluded.queued, changed = excluded.changed, error = null "
                "where state in ('failed', 'cancelled', 'interrupted')",
                (run, spec, now, now),
            )
            return _row(db, run).state

    def next(self) -> str | None:
        """The run that has been queued longest."""
        found = self._find("select id from runs where state = 'queued' order by queued, id limit 1")
        return found[0]["id"] if found else None

    def begin(self, run: str) -> bool:
        """queued -> running, as an attempt of this process; False if it is no longer queued."""
        now = time.time()
        with self._transaction() as db:
            changed = db.execute(
                "update runs set state = 'running', changed = ? where id = ? and state = 'queued'", (now, run)
            )
            if changed.rowcount == 0:
                return False
            db.execute(
                "insert into attempts select ?, count(*) + 1, ?, null, 'running', null, ?, ? from attempts "
                "where run = ?",
                (run, now, os.getpid(), socket.gethostname(), run),
            )
            return True

    def end(self, run: str, state: str, error: str | None = None, *, only_from: tuple[str, ...] = ("running",)) -> bool:
        """Sets a final state; False if the run is in none of the states ``only_from``."""
        assert state in ENDED
        now = time.time()
        marks = ", ".join("?" * len(only_from))
        with self._transaction() as db:
            changed = db.execute(
                f"update runs set state = ?, changed = ?, error = ? where id = ? and state in ({marks})",
                (state, now, error, run, *only_from),
            )
            if changed.rowcount:
                db.execute(
                    "update attempts set state = ?, ended = ?, error = ? where run = ? and ended is null",
                    (state, now, error, run),
                )
            return bool(changed.rowcount)

    def process(self, run: str) -> tuple[int, str] | None:
        """Process id and host of the running or last attempt."""
        found = self._find("select pid, host from attempts where run = ? order by number desc limit 1", run)
        return (found[0]["pid"], found[0]["host"]) if found else None

    def mark(self, run: str, *, name: str, note: str, starred: bool) -> None:
        """Sets name, note and star of a run.

        Raises:
            NotFound: no such run.
            StoreError: a text is too long.
        """
        for what, text, most in (("name", name, MAX_NAME), ("note", note, MAX_NOTE)):
            if len(text) > most:
                raise StoreError(f"the {what} has {len(text)} characters; at most {most} are allowed")
        with self._transaction() as db:
            _row(db, run)
            db.execute("insert or replace into marks values (?, ?, ?, ?)", (run, name, note, starred))

    @contextmanager
    def still(self) -> Iterator[None]:
        """A context in which no run changes its state and none is added; other processes wait."""
        with self._transaction():
            yield

    def remove(self, run: str) -> None:
        """Deletes a run and its attempts from the index.

        Raises:
            NotFound: no such run.
            StoreError: it is queued or running.
        """
        with self._transaction() as db:
            state = _row(db, run).state
            if state not in ENDED:
                raise StoreError(f"run {run} is {state}; cancel it before deleting it")
            for table in ("attempts", "marks"):
                db.execute(f"delete from {table} where run = ?", (run,))
            db.execute("delete from runs where id = ?", (run,))


_SELECT = (
    "select runs.*, (select count(*) from attempts where run = id) as attempts, "
    "(select max(started) from attempts where run = id) as started, coalesce(name, '') as name, "
    "coalesce(note, '') as note, coalesce(starred, 0) as starred from runs left join marks on marks.run = id"
)


def _row(db: sqlite3.Connection, run: str) -> RunRow:
    return _only(db.execute(f"{_SELECT} where id = ?", (run,)).fetchall(), run)


def _only(found: list[sqlite3.Row], run: str) -> RunRow:
    if not found:
        raise NotFound(f"run {short(run)!r} is not in this store")
    return _read(found[0])


def _read(row: sqlite3.Row) -> RunRow:
    return RunRow(**{**row, "starred": bool(row["starred"])})
