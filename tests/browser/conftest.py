"""One running program for all browser tests of a worker, and pages that may ask nobody else for anything."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, WebSocket, expect

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
TRIES = 3  # another worker may take the port between our look and the server's
HERE = {"localhost", "127.0.0.1", "::1"}
# A link to a page makes Streamlit's client look for the server below the page's own path first; that 404 is its own.
PROBES = re.compile(r"/\w+/_stcore/(health|host-config)")

PATIENCE = 120_000  # milliseconds that an expectation may take: the workers give way to everything else on a shared machine
expect.set_options(timeout=PATIENCE)

Visit = Callable[..., Page]


# ---------------------------------------------------------------------- the program
@pytest.fixture(scope="session")
def program_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running program with an empty store of its own; started once, when first asked for."""
    folder = tmp_path_factory.mktemp("program")
    for k in range(TRIES):
        port, log = _free_port(), folder / f"server-{k}.log"
        process = _start(port, folder / "store", log)
        try:
            if _answers(process, f"http://127.0.0.1:{port}"):
                yield f"http://127.0.0.1:{port}"
                return
        finally:
            _end(process)
    pytest.fail(f"the program did not start; it said:\n{log.read_text()[-4000:]}", pytrace=False)


def _start(port: int, store: Path, log: Path) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "GDVIZ_STORE": str(store), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "gdviz", "app", "--no-browser", "--port", str(port)]
    with log.open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    """Wait for the health page; False when the program ended or stays silent."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask, then insist; its workers leave with it."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---------------------------------------------------------------------- the pages
@pytest.fixture
def visit(browser: Browser, program_url: str) -> Iterator[Visit]:
    """Open a page of the program in a fresh profile: ``visit("/curves", color_scheme="dark")``.

    Keywords go to Playwright's ``new_context``. The test fails at its end if a page asked another host,
    threw, or wrote an error to the console.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def visit(path: str = "/", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1500, "height": 900}, **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.route(lambda url: not is_here(url), refuse)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"thrown: {error}"))
        page.on("console", hear)
        page.on("websocket", look)
        page.goto(program_url + path)
        return page

    def refuse(route: Route) -> None:
        complaints.append(f"asked {route.request.url}")
        route.abort()

    def look(socket: WebSocket) -> None:
        if not is_here(socket.url):
            complaints.append(f"asked {socket.url}")

    def hear(message: ConsoleMessage) -> None:
        at = urlsplit(message.location.get("url", ""))
        if message.type == "error" and not PROBES.fullmatch(at.path):
            complaints.append(f"console: {message.text} ({at.geturl()})")

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def is_here(url: str) -> bool:
    """Whether a request stays on this machine; data and blob addresses go nowhere."""
    parts = urlsplit(url)
    return parts.scheme not in ("http", "https", "ws", "wss") or parts.hostname in HERE
