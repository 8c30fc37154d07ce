"""Many visitors at once, and one beside a training: ``python benchmarks/sessions.py [--visitors 25] [--seconds 45] [--write]``.

The visitors are websocket sessions that ask for a cached run of the page every three seconds, as a browser does
when a widget moves, and wait for its end; the memory is that of the server's process. The slider and Cancel are moved in
headless Chromium while the Train page's worker trains.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import re
import statistics
import sys
import time
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.page import PAGE, Line, Program, at_most, program, visitor  # noqa: E402

BEGIN, END = "<!-- sessions: written by benchmarks/sessions.py --write -->", "<!-- sessions: end -->"
EVERY = 3.0
"""Seconds between two questions of a visitor."""


# ---------------------------------------------------------------------- many visitors
async def visit(url: str, seconds: float, start: float) -> list[float]:
    """One visitor's waits, in seconds."""
    import websockets
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    await asyncio.sleep(start)
    waits, end = [], time.perf_counter() + seconds
    async with websockets.connect(url, subprotocols=["streamlit"], max_size=None) as socket:
        while (began := time.perf_counter()) < end:
            question = BackMsg()
            question.rerun_script.query_string = "preset=figure-1"
            await socket.send(question.SerializeToString())
            answer = ForwardMsg()
            while answer.WhichOneof("type") != "script_finished":
                answer.ParseFromString(await socket.recv())
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(max(0.0, EVERY - waits[-1]))
    return waits[1:]  # the first run of a session is no cached one


async def all_visits(url: str, visitors: int, seconds: float) -> list[float]:
    rng = random.Random(0)
    waits = await asyncio.gather(*(visit(url, seconds, rng.uniform(0, EVERY)) for _ in range(visitors)))
    return sorted(wait for each in waits for wait in each)


def resident(running: Program) -> float:
    """Memory of the server's process in MB."""
    status = Path(f"/proc/{running._process.pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def visitor_lines(visitors: int, seconds: float) -> list[Line]:
    with program() as running:
        url = f"{running.url.replace('http', 'ws', 1)}/_stcore/stream"
        asyncio.run(all_visits(url, 1, 3 * EVERY))  # imports, workers, caches
        before = resident(running)
        waits = asyncio.run(all_visits(url, visitors, seconds))
        each = (resident(running) - before) / visitors
    p95 = waits[int(0.95 * len(waits))]
    note = f" (median {statistics.median(waits):.2g}, worst {waits[-1]:.2g}, {len(waits)} answers)"
    what = f"{visitors} sessions, one cached run each per {EVERY:g} s: 95 % are answered within"
    return [at_most(what, p95, 1, "s", note), Line("server memory per session", "-", f"{each:.2g} MB", True)]


# ---------------------------------------------------------------------- beside a training
def training_lines(browser: Browser) -> list[Line]:
    with program() as running, visitor(browser) as page:
        page.goto(f"{running.url}/train?preset=spiral-arms")
        page.get_by_label("Steps", exact=True).fill("200000")
        page.get_by_label("Steps", exact=True).press("Enter")
        page.get_by_role("button", name="Train", exact=True).click()
        field = page.get_by_text("Relative error here")
        expect(field.first).to_be_visible(timeout=300_000)
        slider = page.get_by_role("slider", name="Noise level of the field")
        waits = []
        for key in ("ArrowRight", "ArrowRight", "ArrowLeft") * 3:
            before, began = field.first.inner_text(), time.perf_counter()
            slider.press(key)
            expect(field.first).not_to_have_text(before, timeout=120_000)
            waits.append(time.perf_counter() - began)
            page.wait_for_timeout(500)
        began = time.perf_counter()
        page.get_by_role("button", name="Cancel").first.click()
        expect(page.get_by_text("paused").first).to_be_visible(timeout=120_000)
        cancelled = time.perf_counter() - began
    note = f" (worst of {len(waits)}: {max(waits):.2g})"
    return [
        at_most("one training running: a slider is answered within (median)", statistics.median(waits), 0.8, "s", note),
        at_most("Cancel: the training is paused within", cancelled, 2, "s"),
    ]


def table(lines: list[Line], load: str) -> str:
    head = f"{BEGIN}\n{date.today():%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, {load}.\n\n"
    rows = "".join(f"| {line.what} | {line.asked} | {line.found} | {'yes' if line.ok else 'NO'} |\n" for line in lines)
    return f"{head}| what | asked | found | met |\n|---|---|---|---|\n{rows}{END}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    load = f"load average {os.getloadavg()[0]:.1f} at the start"
    lines = visitor_lines(asked.visitors, asked.seconds)
    with sync_playwright() as playwright:
        path = os.environ.get("GDVIZ_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        lines += training_lines(browser)
        browser.close()
    text = table(lines, load)
    print(text)
    if asked.write:
        page = PAGE.read_text(encoding="utf-8")
        if BEGIN in page:
            page = page[: page.index(BEGIN)] + text + page[page.index(END) + len(END) :]
        else:
            page = f"{page.rstrip()}\n\n## Many visitors, and a training beside one\n\n{text}\n"
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
