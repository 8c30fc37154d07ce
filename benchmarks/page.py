"""The page's speed as a visitor meets it: ``python benchmarks/page.py [--starts 3] [--write]``.

Starts the program on a free port with a fresh store, drives it in headless Chromium (the system's; GDVIZ_CHROMIUM
names another) and prints what it saw beside what is asked for. ``--write`` puts the table into docs/performance.md.
Wall time on a busy machine says little: the load average is printed with the numbers.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # this checkout is measured, installed or not
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- page: written by benchmarks/page.py --write -->", "<!-- page: end -->"
PATIENCE = 120_000  # milliseconds before a step counts as broken

# One move of the w slider: the time its handler takes, and until the browser has painted the frame after it.
_MOVE_W = """async (root, key) => {
  const slider = root.querySelector('input[aria-label="guidance scale w"]');
  const before = root.dataset.w, began = performance.now();
  slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const handled = performance.now() - began, moved = root.dataset.w !== before;
  await new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done; // comes after the paint
    port2.postMessage(0);
  }));
  return { moved, handled, painted: performance.now() - began };
}"""

_WATCH_DRAWS = """async (root, seconds) => {
  const stats = root.gdviz.stats, draws = stats.draws, began = performance.now(), costs = [];
  while (performance.now() - began < 1000 * seconds) {
    await new Promise(requestAnimationFrame);
    costs.push(stats.milliseconds);
  }
  const passed = (performance.now() - began) / 1000;
  return { rate: (stats.draws - draws) / passed, cost: costs.sort((a, b) => a - b)[costs.length >> 1] };
}"""


_TWO_FRAMES = """async (root) => {
  for (let k = 0; k < 2; k++) {
    const frame = root.dataset.frame;
    while (root.dataset.frame === undefined || root.dataset.frame === frame) await new Promise(requestAnimationFrame);
  }
}"""


_PREVIEW_IS = """async (root, wanted) => {
  const badge = root.querySelector(".gv-head .gv-badge");
  while (badge.hidden === wanted) await new Promise(requestAnimationFrame);
}"""


_NUMBERS_AT_EVERY_W = """async (root) => {
  const badge = root.querySelector(".gv-head .gv-badge");
  while (!badge.hidden && badge.textContent.startsWith("preview")) await new Promise(requestAnimationFrame);
}"""


EDITED = ("surrounded-class", "swiss-roll-reward", "ring-reward", "spiral-arms", "checkerboard", "expression-reward")
"""Presets that are edited, from the quickest to the slowest."""


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    what: str
    asked: str
    found: str
    ok: bool


def at_most(what: str, found: float, limit: float, unit: str, note: str = "") -> Line:
    return Line(what, f"< {limit:g} {unit}", f"{found:.3g} {unit}{note}", found < limit)


# ---------------------------------------------------------------------- the program
class Program:
    """`gdviz app` in a process of its own, on a free port, with an empty store."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "GDVIZ_STORE": str(folder), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "gdviz", "app", "--no-browser", "--port", str(port)]
        self.began = time.perf_counter()
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def wait(self) -> None:
        """Until the server answers."""
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5):
                return
            if self._process.poll() is not None:
                said = self._process.stderr.read().decode() if self._process.stderr else ""
                raise SystemExit(f"The program did not start:\n{said[-2000:]}")
            time.sleep(0.02)

    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def program() -> Iterator[Program]:
    with tempfile.TemporaryDirectory() as folder:
        running = Program(Path(folder))
        try:
            running.wait()
            yield running
        finally:
            running.end()


@contextlib.contextmanager
def visitor(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile."""
    context = browser.new_context(viewport={"width": 1500, "height": 900})
    context.set_default_timeout(PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()


def player(page: Page) -> Locator:
    return page.get_by_test_id("player")


def wait_until_moving(page: Page) -> None:
    """Until data-frame has changed twice under our eyes."""
    player(page).evaluate(_TWO_FRAMES)


def wait_until_whole(page: Page) -> None:
    """Until no preview is shown and nothing is being computed."""
    expect(player(page).locator(".gv-head .gv-badge:not([role])")).to_be_hidden(timeout=PATIENCE)
    expect(page.get_by_test_id("stProgress")).to_have_count(0, timeout=PATIENCE)


# ---------------------------------------------------------------------- what is measured
def cold_starts(browser: Browser, count: int) -> list[Line]:
    """From starting the process to the title, and to a moving scene, on a first visit."""
    title, moving = [], []
    for _ in range(count):
        with program() as running, visitor(browser) as page:
            page.goto(running.url)
            page.get_by_role("heading", name="What guidance does").wait_for()
            title.append(running.seconds())
            wait_until_moving(page)
            moving.append(running.seconds())
    note = f" (median of {count}; worst {max(title):.3g})"
    again = f" (median of {count}; worst {max(moving):.3g})"
    return [
        at_most("cold start: process start to title visible", statistics.median(title), 6, "s", note),
        Line("cold start: process start to a moving scene", "-", f"{statistics.median(moving):.3g} s{again}", True),
    ]


def visit_lines(browser: Browser) -> list[Line]:
    """Everything measured on one running program."""
    with program() as running, visitor(browser) as page:
        traffic = Traffic(page)
        began = time.perf_counter()
        page.goto(running.url)
        wait_until_moving(page)
        first = Line("warm server: address entered to a moving scene", "-", f"{time.perf_counter() - began:.3g} s", True)
        wait_until_whole(page)
        scene = traffic.scene_lines()
        page.wait_for_timeout(4000)  # the workers warm up, the page falls silent
        lines = [first, *scene, *w_lines(page, traffic), reload_line(page, traffic), preset_line(page), *edit_lines(page)]
        return [*lines, *growing_lines(browser, running.url)]


class Traffic:
    """Requests and websocket frames of a page."""

    def __init__(self, page: Page) -> None:
        self.frames = self.requests = 0
        self.scenes: list[dict[str, Any]] = []
        self._page, self._sizes = page, {}
        page.on("websocket", self._count_frames)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._ask)
        session.on("Network.responseReceived", self._answer)
        session.on("Network.loadingFinished", self._size)

    def _count_frames(self, socket: Any) -> None:
        socket.on("framesent", lambda _: self._frame())
        socket.on("framereceived", lambda _: self._frame())

    def _frame(self) -> None:
        self.frames += 1

    def _ask(self, event: dict[str, Any]) -> None:
        self.requests += not event["request"]["url"].startswith(("data:", "blob:"))

    def _answer(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        if "/scene/" in answer["url"]:
            headers = {name.lower(): value for name, value in answer["headers"].items()}
            cached = bool(answer.get("fromDiskCache"))
            self.scenes.append({"url": answer["url"], "id": event["requestId"], "headers": headers, "cached": cached})

    def _size(self, event: dict[str, Any]) -> None:
        self._sizes[event["requestId"]] = event["encodedDataLength"]

    def scene_lines(self) -> list[Line]:
        """How large the shown scene was and how it may be kept."""
        self._page.wait_for_timeout(500)
        if not self.scenes:
            return [Line("scene bytes over their own address", "once", "never asked for", False)]
        scene = self.scenes[-1]
        size = self._sizes.get(scene["id"], 0) / 1e6
        control = scene["headers"].get("cache-control", "no cache-control")
        return [
            Line("scene bytes on the wire", "<= 1.5 MB", f"{size:.3g} MB", 0 < size <= 1.5),
            Line("scene may be kept for ever", "immutable", control, "immutable" in control and "max-age" in control),
        ]


def w_lines(page: Page, traffic: Traffic, moves: int = 40) -> list[Line]:
    """Moving w: how long, and whether anybody was asked."""
    frames, requests = traffic.frames, traffic.requests
    root, handled, painted, drawn = player(page), [], [], []
    for k in range(moves):
        key = "ArrowRight" if (k // 5) % 2 == 0 else "ArrowLeft"
        move = root.evaluate(_MOVE_W, key)
        if move["moved"]:
            handled.append(move["handled"])
            painted.append(move["painted"])
            drawn.append(root.evaluate("(root) => root.gdviz.stats.milliseconds"))
    page.wait_for_timeout(1000)  # what a release would send is sent by then
    asked = f"{traffic.requests - requests} requests, {traffic.frames - frames} websocket frames in {moves} moves"
    silent = (traffic.requests, traffic.frames) == (requests, frames)
    redrawn, shown = (f" (median; worst {max(times):.3g})" for times in (handled, painted))
    return [
        at_most("w moved: until redrawn, charts and words too", statistics.median(handled), 50, "ms", redrawn),
        at_most("w moved: until painted", statistics.median(painted), 50, "ms", shown),
        Line("w moved: the panels alone", "-", f"{statistics.median(drawn):.3g} ms", True),
        Line("w moved: asked of the server", "nothing", asked, silent and len(handled) > moves // 2),
    ]


def reload_line(page: Page, traffic: Traffic) -> Line:
    """A reload takes the scene from the browser's cache."""
    shown = traffic.scenes[-1]["url"] if traffic.scenes else ""
    page.reload()
    wait_until_moving(page)
    wait_until_whole(page)
    sent = sum(scene["url"] == shown and not scene["cached"] for scene in traffic.scenes)
    return Line("the same scene sent, over a visit and a reload", "once", f"{sent} time{'s' * (sent != 1)}", sent == 1)


def preset_line(page: Page) -> Line:
    """Choosing another preset until its scene moves."""
    from gdviz.presets import DEFAULT, titles

    others = [name for name in titles() if name != DEFAULT]
    shipped = [name for name in others if (ROOT / "assets" / "scenes" / "index" / f"preset-{name}").exists()]
    name = (shipped or others)[0]
    title = titles()[name]
    page.get_by_role("combobox").first.click()
    option = page.get_by_role("option", name=title, exact=True)
    option.wait_for()
    began = time.perf_counter()
    option.click()
    expect(player(page).locator(".gv-heading")).to_have_text(title, timeout=PATIENCE)
    wait_until_moving(page)
    how = f"preset changed to {name}" + ("" if shipped else ", whose scene is not shipped and was computed")
    return at_most(f"{how}: until it moves", time.perf_counter() - began, 1.5, "s")


def edit_lines(page: Page) -> list[Line]:
    """Another seed: until the preview moves, and until the whole scene has taken its place."""
    seed, lines = _seed_box(page), []
    for k, word in enumerate(("first edit", "second edit")):
        wait_until_whole(page)
        page.wait_for_timeout(2000)
        seed.fill(str(11 + k))
        began = time.perf_counter()
        seed.press("Enter")
        player(page).evaluate(_PREVIEW_IS, True)
        wait_until_moving(page)
        lines.append(at_most(f"{word} (a new seed): until its preview moves", time.perf_counter() - began, 1.5, "s"))
        player(page).evaluate(_PREVIEW_IS, False)
        lines.append(Line(f"{word}: until the whole scene moves", "-", f"{time.perf_counter() - began:.3g} s", True))
    return lines


def growing_lines(browser: Browser, url: str) -> list[Line]:
    """Another seed of each preset: until there are numbers at every w, of the first particles at least, and until it is whole."""
    lines = []
    for name in EDITED:
        with visitor(browser) as page:
            page.goto(f"{url}/?preset={name}")
            wait_until_moving(page)
            seed = _seed_box(page)
            wait_until_whole(page)
            page.wait_for_timeout(2000)
            seed.fill("23")
            began = time.perf_counter()
            seed.press("Enter")
            player(page).evaluate(_PREVIEW_IS, True)
            player(page).evaluate(_NUMBERS_AT_EVERY_W)
            lines.append(at_most(f"{name}: release to the first numbers at every w", time.perf_counter() - began, 2, "s"))
            player(page).evaluate(_PREVIEW_IS, False)
            lines.append(Line(f"{name}: to the whole scene", "-", f"{time.perf_counter() - began:.3g} s", True))
    return lines


def _seed_box(page: Page) -> Locator:
    """The seed's number box among the controls of the scene, under Run. The page may still be drawing itself: try again."""
    seed, tab = page.get_by_label(re.compile("^seed")), page.get_by_role("tab", name="Run")
    for _ in range(20):
        if seed.count() == 1 and seed.is_visible():
            return seed
        if tab.count() == 1 and tab.is_visible():
            tab.click()
        page.wait_for_timeout(1500)
    raise SystemExit("The seed's number box was not found under Run.")


def standalone_lines(browser: Browser, particles: int = 5000) -> list[Line]:
    """Two panels of 5000 particles as a file of their own: frames drawn a second while it plays."""
    from gdviz import Experiment, run
    from gdviz.player import pack_scene, standalone_html
    from gdviz.player.build import scene_from_result
    from gdviz.presets import DEFAULT, load

    asked = load(DEFAULT).experiment.model_dump(mode="json")
    asked |= {"w": [0, 2], "particles": particles, "sampler": {"kind": "ddpm", "steps": 100}}
    result = run(Experiment.parse(asked), frame_particles=particles, step_change=False)
    with tempfile.TemporaryDirectory() as folder, visitor(browser) as page:
        file = Path(folder) / "scene.html"
        file.write_text(standalone_html([pack_scene(scene_from_result(result))]), encoding="utf-8")
        page.goto(file.as_uri())
        wait_until_moving(page)
        found = player(page).evaluate(_WATCH_DRAWS, 4)
    rate = f"{found['rate']:.3g} frames/s, {found['cost']:.3g} ms a draw"
    return [Line(f"standalone page, 2 x {particles:,} particles", ">= 30 frames/s", rate, found["rate"] >= 30)]


# ---------------------------------------------------------------------- the table
def machine() -> str:
    """Processor, cores, load: what the numbers depend on."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        known = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), flags=re.MULTILINE)
        model = known[1] if known else model
    load = f", load average {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores{load}"


def table(lines: list[Line], browser: str) -> str:
    from gdviz import __version__

    rows = [f"| {line.what} | {line.asked} | {line.found} | {_met(line)} |" for line in lines]
    seen = f"Seen on {date.today().isoformat()} with gdviz {__version__}, headless Chromium {browser}, on {machine()}."
    return "\n".join([seen, "", "| what | asked | found | met |", "|---|---|---|---|", *rows])


def _met(line: Line) -> str:
    return "" if line.asked == "-" else "yes" if line.ok else "NO"


def write(text: str) -> None:
    """Put the table between its marks."""
    page = PAGE.read_text(encoding="utf-8")
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise SystemExit(f"{PAGE.name}: found no place for the table; it must hold the lines {BEGIN!r} and {END!r}.")
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the page in headless Chromium.")
    parser.add_argument("--starts", type=int, default=3, help="cold starts to take the median of")
    parser.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    options = parser.parse_args()
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = os.environ.get("GDVIZ_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        lines = [*cold_starts(browser, options.starts), *visit_lines(browser), *standalone_lines(browser)]
        text = table(lines, browser.version)
        browser.close()
    print(text)
    if options.write:
        write(text)


if __name__ == "__main__":
    main()
