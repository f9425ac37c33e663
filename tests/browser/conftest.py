"""The real app in a real browser: a server with a store of its own, and a Chromium."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from core import Store
from core.jobs import is_supervised
from core.jobs.inspector import is_inspecting
from core.store.files import read_json
from core.store.store import PROJECT
from pages.ui.shell.errors import MISTAKE

PATIENCE = 240.0  # seconds, for a slow and busy machine


@pytest.fixture(scope="module")
def app_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The store of the server."""
    return Store(tmp_path_factory.mktemp("browser") / "store")


@pytest.fixture(scope="module")
def address(app_store: Store) -> Iterator[str]:
    """Where the app answers. At the end the server goes, and what it has started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", f"--server.port={port}", "app.py"]
    environment = os.environ | {"UNLEARN_STORE": str(app_store.root)}
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for_answer(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            if is_supervised(app_store):
                os.killpg(read_json(app_store.root / "supervisor.json")["pid"], signal.SIGKILL)  # its worker too
            if is_inspecting(app_store):
                os.kill(read_json(app_store.root / "inspector.json")["pid"], signal.SIGKILL)


def _wait_for_answer(url: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.read() == b"ok"
            return
        except (urllib.error.URLError, TimeoutError):
            assert server.poll() is None, "the server has ended"
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path)
        yield chromium
        chromium.close()


@pytest.fixture
def screen(browser: Browser, address: str) -> Iterator[Page]:
    """A new window of 1280x800 on the app; at the end it may show no mistake and have logged no error."""
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # Streamlit itself asks for these two below every page but the first, and gets a 404.
        if message.type == "error" and not message.location["url"].endswith(
            ("/_stcore/health", "/_stcore/host-config")
        ):
            errors.append(f"{message.text} {message.location['url']}")

    expect.set_options(timeout=PATIENCE * 1000)
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.on("console", listen)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_text(MISTAKE).count() == 0
    assert errors == []
    context.close()
