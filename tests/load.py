"""How quick the app is for many visitors at once: a client of Streamlit's own protocol, without browsers.

    python -m tests.load 25             # sessions; --address of a running server, else one is started on the gallery

Every session opens a page by its link, waits until the script has finished, thinks for a second, and opens the next
one. Printed: the time from the request to the end of the script, and what was received; per page and in all.
"""

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.examples import examples, shipped
from core.paths import PROJECT
from pages.ui.shell.links import PAGES

THINK = 1.0  # seconds
VISITS = 6  # pages per session
Visit = tuple[str, float, int]  # page, seconds, bytes


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """A server on the gallery with an empty store: its address and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as store:
        command = [sys.executable, "-m", "streamlit", "run", f"--server.port={port}", "app.py"]
        environment = os.environ | {"UNLEARN_STORE": store}
        with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL) as process:
            address = f"127.0.0.1:{port}"
            try:
                _wait(address)
                yield address, process.pid
            finally:
                process.terminate()


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://{address}/_stcore/health", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


async def session(address: str, seed: int) -> list[Visit]:
    """One visitor; a new connection for every page, as a browser makes for a link that is opened anew."""
    rng, visits = random.Random(seed), []
    runs = [run.run for entry in examples() if (run := shipped(entry.spec))]
    await asyncio.sleep(rng.random() * THINK)
    for _ in range(VISITS):
        name = rng.choice(list(PAGES))
        visits.append((name, *await visit(address, name, f"run={rng.choice(runs)}")))
        await asyncio.sleep(THINK)
    return visits


async def visit(address: str, name: str, query: str) -> tuple[float, int]:
    """Seconds until the script of a page has finished, and bytes received."""
    begun, size = time.monotonic(), 0
    stream = f"ws://{address}/_stcore/stream"
    async with websockets.connect(stream, subprotocols=["streamlit"], max_size=None) as connection:
        stem = Path(PAGES[name][0]).stem
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = "" if stem == "app" else stem.partition("_")[2]
        await connection.send(message.SerializeToString())
        async for data in connection:
            size += len(data)
            answer = ForwardMsg.FromString(data)
            if answer.WhichOneof("type") == "script_finished":
                return time.monotonic() - begun, size
    raise ConnectionError(name)


def told(visits: list[Visit]) -> str:
    """Median, 95th percentile, number and mean size of visits."""
    seconds = sorted(seconds for _, seconds, _ in visits)
    p95 = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
    size = statistics.mean(size for *_, size in visits)
    return f"median {statistics.median(seconds):5.2f} s  p95 {p95:5.2f} s  {len(visits):4} visits  {size / 1e3:6.0f} kB"


def memory(pid: int) -> float:
    """Resident megabytes of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmRSS"))


async def measure(address: str, sessions: int) -> None:
    for name in PAGES:  # once each, so that caches are filled as on a server that was used before
        await visit(address, name, "")
    found = await asyncio.gather(*(session(address, seed) for seed in range(sessions)))
    by_page: dict[str, list[Visit]] = defaultdict(list)
    for one in (one for visits in found for one in visits):
        by_page[one[0]].append(one)
    for name in PAGES:
        if by_page[name]:
            print(f"{name:16} {told(by_page[name])}")
    print(f"{'all':16} {told([one for visits in by_page.values() for one in visits])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sessions", type=int)
    parser.add_argument("--address", help="host:port of a running server; default: one is started")
    args = parser.parse_args()
    if args.address:
        asyncio.run(measure(args.address, args.sessions))
        return
    with server() as (address, pid):
        asyncio.run(measure(address, args.sessions))
        print(f"memory of the server: {memory(pid):.0f} MB")


if __name__ == "__main__":
    main()
