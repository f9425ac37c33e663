"""How quick the pages are, on a machine that does nothing else: ``pytest -m long -s tests/browser/test_speed.py``.

A visitor without a browser speaks to the server as Streamlit's own front end does, so that what is measured is the
server: from the request to run a page's script until it has told that the script is finished.
"""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from core import Store, make_spec
from core.jobs import ensure_supervisor
from pages.ui.shell.page import PAGES

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROUNDS = 6  # over all pages
VISITS = 200
IDLE, TRAINING, GALLERY = 0.3, 0.6, 0.3  # seconds
FIRST_CONTENT = 1.5  # times that of streamlit hello
GROWTH = 0.05  # of the server's memory, over the second half of the visits


class Visitor:
    """One session of the server, as a browser has it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.page = ""
        self.shown = b""  # all that the script has sent
        self.widgets: dict[str, WidgetState] = {}

    def open(self, page: str) -> float:
        """Seconds until a page's script is finished."""
        self.widgets = {}
        return self._run(page)

    def choose(self, key: str, *values: str) -> float:
        """Seconds until the page's script is finished after a choice in a row of buttons."""
        found = re.search(rb"\$\$ID-[0-9a-f]+-" + re.escape(key).encode(), self.shown)
        assert found is not None, key
        name = found.group().decode()
        self.widgets[name] = WidgetState(id=name)
        self.widgets[name].string_array_value.data[:] = values
        return self._run(self.page)

    def _run(self, page: str) -> float:
        self.page, self.shown = page, b""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.widget_states.widgets.extend(self.widgets.values())
        began = time.perf_counter()
        self.connection.send(message.SerializeToString())
        while True:
            data = self.connection.recv(timeout=120)
            answer = ForwardMsg.FromString(data)
            assert "Traceback" not in str(answer.delta.new_element.exception.stack_trace)
            if answer.WhichOneof("type") == "script_finished":
                return time.perf_counter() - began
            self.shown += data


@contextmanager
def visit(address: str) -> Iterator[Visitor]:
    place = f"ws://{urlsplit(address).netloc}/_stcore/stream"
    with connect(place, subprotocols=[Subprotocol("streamlit")], max_size=None) as connection:
        yield Visitor(connection)


@pytest.fixture
def visitor(address: str) -> Iterator[Visitor]:
    with visit(address) as one:
        for page in names():
            one.open(page)  # tables and images are read once per server
        yield one


def test_a_page_switch_and_a_filter_change_while_idle_and_while_a_run_trains(
    visitor: Visitor, app_store: Store
) -> None:
    idle = measured(visitor)
    run = app_store.submit(
        make_spec("digits", "class=3", "mu-mis", gold_seeds=(1,), settings={"model.train.epochs": 900})
    )
    ensure_supervisor(app_store)
    wait_until(lambda: bool(app_store.run(run).progress()["phases"]))
    training = measured(visitor)
    assert app_store.row(run).state == "running"
    app_store.cancel(run)
    for what, limit in ((idle, IDLE), (training, TRAINING)):
        for name, seconds in what.items():
            print(
                f"\n{name}: p50 {np.median(seconds):.3f} s, p95 {np.quantile(seconds, 0.95):.3f} s, aim {limit} s",
                end="",
            )
    for what, limit in ((idle, IDLE), (training, TRAINING)):
        for seconds in what.values():
            assert np.quantile(seconds, 0.95) < limit


def measured(visitor: Visitor) -> dict[str, list[float]]:
    switches = [visitor.open(page) for _ in range(ROUNDS) for page in names()]
    visitor.open("Sensitivity")
    norms = ("Irrelevant", "Whole Jacobian", "Target")
    filters = [visitor.choose("sensitivity.norm", norms[n % 3]) for n in range(3 * ROUNDS)]
    return {"page switch": switches, "filter change": filters}


def test_a_gallery_page_of_48_images(visitor: Visitor) -> None:
    visitor.open("Forget")
    classes = ("zero", "one", "two", "three")
    seconds = [visitor.choose("draft.shown_class", classes[n % 4]) for n in range(3 * ROUNDS)]
    print(f"\n48 images: p50 {np.median(seconds):.3f} s, p95 {np.quantile(seconds, 0.95):.3f} s, aim {GALLERY} s")
    assert np.median(seconds) < GALLERY


def test_the_memory_of_the_server_stays_flat(address: str) -> None:
    server = process_on(urlsplit(address).port)
    sizes = []
    for _ in range(VISITS // len(names())):
        with visit(address) as one:
            for page in names():
                one.open(page)
        sizes.append(memory(server))
    half = len(sizes) // 2
    print(
        f"\nmemory after {half * len(names())} and {len(sizes) * len(names())} visits: {sizes[half]} and {sizes[-1]} MB"
    )
    assert sizes[-1] < sizes[half] * (1 + GROWTH)


def test_the_overview_has_content_about_as_soon_as_streamlit_hello(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hello = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "hello", f"--server.port={port}", "--server.headless=true"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: answers(port))
            took = np.array([[first_content(browser, one) for one in (address, hello)] for _ in range(ROUNDS)])[1:]
        finally:
            server.terminate()
    own, other = np.median(took, axis=0)
    print(f"\nfirst content: {own:.2f} s, streamlit hello {other:.2f} s, ratio {own / other:.2f}, aim {FIRST_CONTENT}")
    assert own / other <= FIRST_CONTENT


def first_content(browser: Browser, address: str) -> float:
    """Seconds from nothing in the browser's cache to a heading and what is below it."""
    context = browser.new_context()
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("h1").first.wait_for(timeout=120_000)
    page.locator("h1 >> xpath=following::p").first.wait_for(timeout=120_000)
    seconds = time.perf_counter() - began
    context.close()
    return seconds


def names() -> list[str]:
    """Of the pages, as URLs have them."""
    stems = [Path(path).stem for path, _ in PAGES.values()]
    return ["" if stem == "app" else stem.partition("_")[2] for stem in stems]


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def process_on(port: int | None) -> int:
    """The process that was started for this port."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        if f"--server.port={port}".encode() in path.read_bytes().split(b"\0"):
            return int(path.parent.name)
    raise AssertionError(f"no server has port {port}")


def memory(process: int) -> int:
    """Resident memory in MB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found.group(1)) // 1024
