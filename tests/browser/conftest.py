"""One running program for all browser tests of a worker, and pages that may ask nobody else for anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebSocket, expect
from running_program import running_program

HERE = {"localhost", "127.0.0.1", "::1"}
# A link to a page makes Streamlit's client look for the server below the page's own path first; that 404 is its own.
PROBES = re.compile(r"(/\w+)+/_stcore/(health|host-config)")

PATIENCE = 120_000  # milliseconds that an expectation may take: the workers give way to everything else on a shared machine
expect.set_options(timeout=PATIENCE)

Visit = Callable[..., Page]


# ---------------------------------------------------------------------- the program
@pytest.fixture(scope="session")
def program_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running program with an empty store of its own; started once, when first asked for."""
    with running_program(tmp_path_factory.mktemp("program")) as program:
        yield program.url


# ---------------------------------------------------------------------- the pages
USUAL: dict[str, Any] = {"viewport": {"width": 1500, "height": 900}, "reduced_motion": "reduce"}
PER_PAGE = {"viewport", "color_scheme", "reduced_motion"}  # what a page may choose for itself in any profile
KEPT_BY_A_SITE = "cookies,file_systems,indexeddb,local_storage,websql,service_workers,cache_storage"


@pytest.fixture(scope="session")
def warm(browser: Browser) -> Iterator[BrowserContext]:
    """A profile whose HTTP cache holds Streamlit's and Plotly's scripts: about a second of processor less a visit."""
    context = browser.new_context(**USUAL)
    yield context
    context.close()


@pytest.fixture
def visit(browser: Browser, warm: BrowserContext, program_url: str) -> Iterator[Visit]:
    """Open a page of the program as a new visitor: ``visit("/curves", color_scheme="dark")``.

    A test's first page is drawn from a warm HTTP cache, with all else forgotten that a site can keep; its others, and those
    of another program, have profiles of their own. Keywords go to Playwright's ``new_context``; `at` is the address of
    another program. Nothing plays by itself unless a test asks for ``reduced_motion="no-preference"``: drawing takes the
    processor from what is computed. The test fails at its end if a page asked another host, threw, or wrote an error to
    the console.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def visit(path: str = "/", at: str = program_url, **options: Any) -> Page:
        chosen = {**USUAL, **options}
        first = not contexts and at == program_url and chosen.keys() <= PER_PAGE
        context = warm if first else browser.new_context(**chosen)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("request", look)
        page = context.new_page()
        if first:
            forget(page, at)
            page.set_viewport_size(chosen["viewport"])
            page.emulate_media(color_scheme=chosen.get("color_scheme"), reduced_motion=chosen["reduced_motion"])
        page.on("pageerror", lambda error: complaints.append(f"thrown: {error}"))
        page.on("console", hear)
        page.on("websocket", look)
        page.goto(at + path)
        return page

    def look(asked: Request | WebSocket) -> None:
        if not is_here(asked.url):
            complaints.append(f"asked {asked.url}")

    def hear(message: ConsoleMessage) -> None:
        at = urlsplit(message.location.get("url", ""))
        if message.type == "error" and not PROBES.fullmatch(at.path):
            complaints.append(f"console: {message.text} ({at.geturl()})")

    yield visit
    for context in contexts:
        if context is not warm:
            context.close()
    for page in warm.pages:
        page.close()
    if warm in contexts:
        warm.remove_listener("request", look)
    assert complaints == []


def forget(page: Page, site: str) -> None:
    """What earlier tests left with the site, save for the HTTP cache."""
    page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", {"origin": site, "storageTypes": KEPT_BY_A_SITE})


def is_here(url: str) -> bool:
    """Whether a request stays on this machine; data and blob addresses go nowhere."""
    parts = urlsplit(url)
    return parts.scheme not in ("http", "https", "ws", "wss") or parts.hostname in HERE
