"""Many visitors at once, and one beside a training: ``python benchmarks/sessions.py [--visitors 25] [--seconds 45] [--write]``.

The visitors are websocket sessions that ask for a cached run of the page every three seconds, as a browser does
when a widget moves (naming the large messages that they have already), and wait for its end; the memory is that of the
server's process. Then many open one new link at once; and ten users edit beside the longest run that is allowed, beside one
with the slowest previews, and alone. The slider and Cancel are moved in headless Chromium while the Train page's worker trains;
``--no-browser`` leaves them out.
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
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.page import PAGE, Line, Program, at_most, program, visitor  # noqa: E402
from benchmarks.tabs import Tab  # noqa: E402
from gdviz.experiment import Experiment  # noqa: E402
from gdviz.export.link import to_link  # noqa: E402
from gdviz.presets import DEFAULT, load  # noqa: E402

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
    waits, known, end = [], set[str](), time.perf_counter() + seconds
    async with websockets.connect(url, subprotocols=["streamlit"], max_size=None) as socket:
        while (began := time.perf_counter()) < end:
            question = BackMsg()
            question.rerun_script.query_string = "preset=figure-1"
            question.rerun_script.cached_message_hashes.extend(known)
            await socket.send(question.SerializeToString())
            answer = ForwardMsg()
            while answer.WhichOneof("type") != "script_finished":
                answer.ParseFromString(await socket.recv())
                if answer.metadata.cacheable:
                    known.add(answer.hash)
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
    return [
        at_most(what, p95, 1 if visitors < 100 else 2, "s", note),
        Line("server memory per session", "-", f"{each:.2g} MB", True),
    ]


# ---------------------------------------------------------------------- one new link, and hogs
def link(**experiment: Any) -> str:
    """The query of a page that shows an Experiment."""
    return "scene=" + to_link(Experiment.parse(experiment).model_dump(mode="json"))


def longest() -> str:
    """The link with the longest run that is allowed: about fifteen hours."""
    reward = {"kind": "expression", "expression": "exp(x/4)"}
    guidance = {"kind": "reward", "reward": reward}
    sampler = {"kind": "ddpm", "steps": 20_000}
    return link(target={"kind": "ring"}, guidance=guidance, w=list(range(25)), particles=1_000_000, sampler=sampler)


def slow_previews() -> str:
    """A link of 17 kB: three hundred components, whose previews take seconds."""
    rng = random.Random(0)
    components = [
        {
            "mean": [rng.gauss(0, 2), rng.gauss(0, 2)],
            "covariance": [[0.1 + rng.random(), 0.05], [0.05, 0.1 + rng.random()]],
            "label": "ab"[k % 2],
        }
        for k in range(300)
    ]
    target = {"kind": "gaussian_mixture", "components": components}
    guidance = {"kind": "cfg", "label": "b"}
    return link(target=target, guidance=guidance, w=list(range(25)), sampler={"kind": "heun", "steps": 60}, frames=400)


async def opened(url: str, query: str, visitor: int, start: float) -> float:
    """A visitor who opens a link: seconds until its preview is on stage."""
    await asyncio.sleep(start)
    began = time.perf_counter()
    async with Tab(url, query, visitor) as tab:
        await tab.load()
        return time.perf_counter() - began


def link_lines(visitors: int) -> list[Line]:
    """Many open the same new link within five seconds."""
    rng = random.Random(0)

    async def all_of_them(url: str) -> list[float]:
        await edits(url, visitors + 1, 1)  # the workers are there
        query = link(**{**load(DEFAULT).experiment.model_dump(mode="json"), "seed": 12345})
        return sorted(await asyncio.gather(*(opened(url, query, k + 1, rng.uniform(0, 5)) for k in range(visitors))))

    with program() as running:
        waits = asyncio.run(all_of_them(running.url))
    what = f"{visitors} visitors open one new link within 5 s: 95 % see its preview within"
    return [
        at_most(what, waits[int(0.95 * len(waits))], 6, "s", f" (median {statistics.median(waits):.2g}, worst {waits[-1]:.2g})")
    ]


async def edits(url: str, visitor: int, number: int) -> list[float]:
    """A visitor who gives the scene another seed every few seconds: waits for the previews."""
    rng = random.Random(visitor)
    await asyncio.sleep(rng.uniform(0, 3))
    waits = []
    async with Tab(url, "preset=figure-1", visitor) as tab:
        await tab.load()
        for k in range(number):
            await tab.idle(rng.uniform(2, 4))
            waits.append(await tab.edit(1000 * visitor + k))
    return waits


async def hog(url: str, query: str, stays: bool) -> None:
    """A visitor with a link that takes long, who edits it again and again, or closes the tab."""
    async with Tab(url, query, 999) as tab:
        await tab.load()
        for k in range(1000 if stays else 0):
            await tab.idle(20)
            await tab.edit(k + 1)


def beside_lines(users: int, number: int) -> list[Line]:
    """Users who edit, alone and beside runs that take long."""

    async def all_edits(url: str, query: str | None, stays: bool) -> list[float]:
        await edits(url, users + 1, 1)
        beside = asyncio.create_task(hog(url, query, stays)) if query else None
        await asyncio.sleep(8 if query else 0)
        waits = await asyncio.gather(*(edits(url, k + 1, number) for k in range(users)))
        if beside is not None:
            beside.cancel()
        return sorted(wait for each in waits for wait in each)

    lines = []
    for who, query, stays in (
        ("nobody else", None, False),
        ("the longest run that is allowed, on an open tab", longest(), True),
        ("the same, its tab closed", longest(), False),
        ("a link of 17 kB with slow previews", slow_previews(), True),
    ):
        with program() as running:
            waits = asyncio.run(all_edits(running.url, query, stays))
        note = f" (median {statistics.median(waits):.2g}, worst {waits[-1]:.2g}, {len(waits)} edits)"
        what = f"{users} users who edit, beside {who}: 95 % of the previews within"
        lines.append(at_most(what, waits[int(0.95 * len(waits))], 5, "s", note))
    return lines


# ---------------------------------------------------------------------- beside a training
def training_lines(browser: Browser) -> list[Line]:
    with program() as running, visitor(browser) as page:
        page.goto(f"{running.url}/train?preset=spiral-arms")
        page.get_by_label("Steps", exact=True).fill("200000")
        page.get_by_label("Steps", exact=True).press("Enter")
        page.get_by_role("button", name="Train", exact=True).click()
        field = page.get_by_text(re.compile(r"Relative error.* here"))
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
    parser.add_argument("--visitors", type=int, nargs="+", default=[25, 100])
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--edits", type=int, default=5, help="of each user")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    busy = f"load average {os.getloadavg()[0]:.1f} at the start"
    lines = [line for visitors in asked.visitors for line in visitor_lines(visitors, asked.seconds)]
    lines += link_lines(max(asked.visitors))
    lines += beside_lines(asked.users, asked.edits)
    if not asked.no_browser:
        with sync_playwright() as playwright:
            path = os.environ.get("GDVIZ_CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            lines += training_lines(browser)
            browser.close()
    text = table(lines, f"{busy}, {os.getloadavg()[0]:.1f} at the end")
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
