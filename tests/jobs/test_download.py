"""The real process is started once; its data set is MNIST with other files, from a server on this machine."""

import gzip
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest

from core.cli import main
from core.datasets import Progress, is_prepared, load_dataset
from core.datasets.prepare import preparing_lock
from core.datasets.raw import Source
from core.errors import DamagedData, DataUnavailable
from core.jobs.download import cancel_download, download_state, is_downloading, start_download, work
from core.paths import data_root
from core.store import write_json

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def idx(array: np.ndarray) -> bytes:
    """The format of MNIST's files: two zeros, the type (8: uint8), the number of axes, their lengths, the values."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.astype(np.uint8).tobytes()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Source]]:
    """A server with four files of the right size, as what MNIST is to be fetched from."""
    folder = tmp_path / "served"
    folder.mkdir()
    labels = {"train": np.arange(60_000) % 10, "t10k": np.arange(10_000) % 10}
    for name in FILES:
        own = labels[name.partition("-")[0]]
        array = own if "labels" in name else np.broadcast_to(own[:, None, None], (len(own), 28, 28))
        (folder / f"{name}.gz").write_bytes(gzip.compress(idx(array), mtime=0))
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        found = [
            Source(f"MNIST/raw/{name}.gz", f"http://127.0.0.1:{server.server_port}/{name}.gz",
                   hashlib.md5((folder / f"{name}.gz").read_bytes()).hexdigest())
            for name in FILES
        ]  # fmt: skip
        monkeypatch.setattr(import_module("core.datasets.prepare"), "sources", lambda name: found)  # not the function
        yield found
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def test_it_downloads_prepares_and_leaves_nothing_else(served):
    assert not is_prepared("mnist")
    seen: list[Progress] = []
    work("mnist", watch=seen.append)
    assert [progress.name for progress in seen][-1] == "prepare images"
    assert is_prepared("mnist")
    assert download_state("mnist") is None
    dataset = load_dataset("mnist")
    assert [len(split) for split in dataset.splits.values()] == [48_000, 12_000, 10_000]
    assert sorted({int(image[0, 3, 4]) for image in dataset.train.images}) == list(range(10))
    assert sorted(path.name for path in (data_root() / "MNIST" / "raw").iterdir()) == sorted(FILES)


def test_a_failure_is_in_the_progress_file(served):
    served[2] = Source(served[2].path, served[2].url, "0" * 32)
    with pytest.raises(DataUnavailable, match="is not the expected file"):
        work("mnist")
    assert "is not the expected file" in download_state("mnist")["error"]
    assert not is_downloading("mnist")
    assert not is_prepared("mnist")


@pytest.mark.parametrize("other", ["truncated", "a page"])
def test_another_file_under_an_archives_name_is_said_and_replaced_on_request(served, other, capsys):
    raw = data_root() / "MNIST" / "raw"
    raw.mkdir(parents=True)
    bad, good = (data_root() / source.path for source in served[:2])
    for path, source in ((bad, served[0]), (good, served[1])):
        with urlopen(source.url) as answer:
            path.write_bytes(answer.read())
    bad.write_bytes(bad.read_bytes()[:1000] if other == "truncated" else b"<html>Please log in</html>")
    before = good.read_bytes(), bad.read_bytes()
    assert main(["download", "mnist"]) == 2
    said = capsys.readouterr().err.strip().rpartition("\n")[2]
    assert said.startswith(f"python -m core: {bad} ({len(before[1]):,} bytes) is not the file of {served[0].url}: ")
    assert said.endswith("; replace it by a new download with python -m core download mnist --replace")
    told = download_state("mnist")
    assert told["damaged"]
    assert told["error"].startswith(f"{served[0].path} (")  # no folder of the server on the page
    assert (good.read_bytes(), bad.read_bytes()) == before
    assert main(["download", "mnist", "--replace"]) == 0
    assert is_prepared("mnist")
    assert good.read_bytes() == before[0]
    assert sorted(path.name for path in raw.iterdir()) == sorted([*FILES, good.name, bad.name])


def test_damaged_unpacked_files_are_replaced_on_request(served):
    raw = data_root() / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in FILES:
        (raw / name).write_bytes(b"\0\0\x08\x01")
    with pytest.raises(DamagedData, match=r"the files of mnist in .* --replace$"):
        work("mnist")
    work("mnist", replace=True)
    assert is_prepared("mnist")
    assert sorted(path.name for path in raw.iterdir()) == sorted(FILES)


def test_the_progress_file_has_the_pid_before_the_first_byte(served, monkeypatch):
    """Else stopping it would end another process, one that an old file names."""
    write_json(data_root() / ".mnist.download.json", {"name": "x", "done": 0, "total": 1, "pid": 1, "error": None})
    told: list[int] = []
    monkeypatch.setattr(
        "core.jobs.download.prepare", lambda name, replace: told.append(download_state(name)["pid"]) or []
    )
    work("mnist")
    assert told == [os.getpid()]


def test_a_download_is_not_started_twice():
    assert not is_downloading("mnist")
    with preparing_lock("mnist", data_root()):
        assert is_downloading("mnist")
        start_download("mnist")
        assert download_state("mnist") is None  # nothing was started


def test_the_process_can_be_stopped_at_once(monkeypatch):
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # no network, so it waits and tries again
    start_download("cifar10")
    assert is_downloading("cifar10")
    assert download_state("cifar10")["pid"] != os.getpid()
    began = time.monotonic()
    cancel_download("cifar10")
    assert time.monotonic() - began < 1
    assert not is_downloading("cifar10")
    assert download_state("cifar10") is None
