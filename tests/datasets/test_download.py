import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from core.datasets.download import ATTEMPTS, CHUNK, fetch
from core.errors import DamagedData, DataUnavailable

CONTENT = np.random.default_rng(0).bytes(5 * CHUNK // 2)
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves CONTENT; ``breaks`` says after how many bytes each of its next answers ends."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.breaks: list[int] = []
        self.ranges: list[str | None] = []
        self.can_resume = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/file"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Server = self.server
        asked = self.headers["Range"]
        server.ranges.append(asked)
        first = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and server.can_resume else 0
        if self.path != "/file":
            self.send_error(404)
        elif first >= len(CONTENT):
            self.send_error(416)
        else:
            self.send_response(206 if first else 200)
            self.send_header("Content-Length", str(len(CONTENT) - first))
            self.end_headers()
            self.wfile.write(CONTENT[first:][: server.breaks.pop(0) if server.breaks else None])

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_download_is_complete_and_reports_progress(server, tmp_path):
    path = tmp_path / "deep" / "file"
    told = list(fetch(server.url, path, MD5))
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert {total for _, total in told} == {len(CONTENT)}
    assert told[-1][0] == len(CONTENT)
    assert list(fetch(server.url, path, MD5)) == []  # it is there
    assert len(server.ranges) == 1


def test_a_broken_connection_is_resumed(server, tmp_path):
    server.breaks = [1000, CHUNK + 5]
    told = list(fetch(server.url, tmp_path / "file", MD5, pause=0))
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=1000-", f"bytes={1000 + CHUNK + 5}-"]
    assert {total for _, total in told} == {len(CONTENT)}


def test_the_next_call_resumes_a_stopped_download(server, tmp_path):
    running = fetch(server.url, tmp_path / "file", MD5)
    assert next(running) == (0, len(CONTENT))
    next(running)
    running.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.part"]
    size = (tmp_path / "file.part").stat().st_size
    assert 0 < size < len(CONTENT)
    list(fetch(server.url, tmp_path / "file", MD5))
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert server.ranges[1] == f"bytes={size}-"


def test_without_range_support_the_download_restarts(server, tmp_path):
    server.breaks, server.can_resume = [1000], False
    list(fetch(server.url, tmp_path / "file", MD5, pause=0))
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_complete_part_is_not_downloaded_again(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT)
    assert list(fetch(server.url, tmp_path / "file", MD5)) == []
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_another_file_is_refused_and_removed(server, tmp_path):
    with pytest.raises(DataUnavailable, match=f"its md5 is {MD5}, not 0000; it was removed"):
        list(fetch(server.url, tmp_path / "file", "0000"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [CONTENT[:1000], b"<html>Please log in</html>"])
def test_a_file_with_another_md5_is_replaced_on_request(server, tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    found = hashlib.md5(content).hexdigest()
    with pytest.raises(DamagedData) as refused:
        list(fetch(server.url, path, MD5))
    size = f"{len(content):,} bytes"
    assert str(refused.value) == f"{path} ({size}) is not the file of {server.url}: its md5 is {found}, not {MD5}"
    assert path.read_bytes() == content
    assert server.ranges == []
    list(fetch(server.url, path, MD5, replace=True))
    assert path.read_bytes() == CONTENT
    assert list(fetch(server.url, path, MD5, replace=True)) == []  # the right one stays


def test_the_old_file_stays_until_the_download_is_complete(server, tmp_path):
    (tmp_path / "file").write_bytes(b"other")
    with pytest.raises(DataUnavailable, match="404"):
        list(fetch(server.url + "s", tmp_path / "file", MD5, replace=True))
    assert (tmp_path / "file").read_bytes() == b"other"


def test_a_missing_file_on_the_server_fails_at_once(server, tmp_path):
    with pytest.raises(DataUnavailable, match="404"):
        list(fetch(server.url + "s", tmp_path / "file", MD5))
    assert len(server.ranges) == 1


def test_it_gives_up_on_a_server_that_sends_nothing_new(server, tmp_path):
    server.breaks = [1000] + [0] * 20
    with pytest.raises(DataUnavailable, match=r"ended after 1,000 of .*; the 1,000 bytes received are kept"):
        list(fetch(server.url, tmp_path / "file", MD5, pause=0))
    assert len(server.ranges) == 1 + ATTEMPTS
    assert (tmp_path / "file.part").read_bytes() == CONTENT[:1000]


def test_an_unreachable_server_is_one_sentence(tmp_path):
    with pytest.raises(DataUnavailable, match=r"127.0.0.1 cannot be reached .*refused.*; nothing was received"):
        list(fetch("http://127.0.0.1:9/file", tmp_path / "file", MD5, pause=0))
