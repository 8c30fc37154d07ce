"""The unit tests in tests/player/js: in node, and in the browser that the player is written for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from player.packed_scene import FILE, module, packed_bytes
from playwright.sync_api import Page, Route

from gdviz.player.scene import read_header

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent / "js"
TESTS = sorted(HERE.glob("*.test.js"))
SITE = "http://gdviz.invalid/"  # answered by the test itself
NODE = 20
"""The oldest node that runs them; with an older one, or none, they run in the browser only."""


def node() -> str | None:
    found = shutil.which("node")
    if found is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
    match = re.match(r"v(\d+)\.", version)
    return found if match and int(match[1]) >= NODE else None


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_in_node(path: Path) -> None:
    program = node()
    if program is None:
        pytest.skip(f"needs node {NODE} or later; the same tests run in the browser")
    ran = subprocess.run([program, "--test", str(path)], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert int(re.search(r"^\W*pass (\d+)$", ran.stdout, re.MULTILINE)[1]) > 0, ran.stdout


@pytest.mark.browser
def test_in_the_browser(page: Page) -> None:
    """As ES modules from a site, with two small stand-ins for node's own modules."""

    def answer(route: Route) -> None:
        path = ROOT / route.request.url.removeprefix(SITE)
        if path.suffix == ".js":
            route.fulfill(body=path.read_text(encoding="utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body=index, content_type="text/html")

    runner = f"{SITE}tests/player/js/browser.js"
    equals = f'data:text/javascript,export {{ assert as default }} from "{runner}"'
    places = json.dumps({"imports": {"node:test": runner, "node:assert/strict": equals}})
    imports = "".join(f'import "{SITE}{path.relative_to(ROOT)}";\n' for path in TESTS)
    index = (
        f'<!doctype html><meta charset="utf-8"><script type="importmap">{places}</script>'
        f'<script type="module">{imports}import {{ runAll }} from "{runner}"; window.done = runAll();</script>'
    )
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route(f"{SITE}**", answer)
    page.goto(SITE)
    page.wait_for_function("() => window.done", timeout=60_000)
    result = page.evaluate("() => window.done")
    assert result["failures"] == [] and complaints == []
    assert result["ran"] > 90


def test_the_packed_scene_is_of_today() -> None:
    """In what it holds and in what Python reads in it; the packed bytes themselves depend on the version of zlib."""
    held, now = FILE.read_text(encoding="utf-8"), module()
    assert held.split("EXPECTED")[1] == now.split("EXPECTED")[1], "run python tests/player/packed_scene.py"
    headers = [read_header(packed_bytes(text)) for text in (held, now)]
    for header in headers:
        for entry in header["arrays"]:
            del entry["offset"], entry["length"]
    assert headers[0] == headers[1], "run python tests/player/packed_scene.py"
