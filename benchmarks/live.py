"""The live engine's speed: ``python benchmarks/live.py [--page]``.

In node: milliseconds for 1500 particles in both panels (w = 0 and w), wall and CPU. With ``--page`` also in headless Chromium: w
of the default preset is dragged between its computed values, and printed are the time from a move to the particles that are shown
for it, and the longest that the page kept the browser from drawing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path

from page import PATIENCE, program, visitor
from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).parent
LIMIT = 60.0
"""Milliseconds a frame that are asked of K = 8 with 60 steps."""

_DRAG = """async (root, moves) => {
  const slider = root.querySelector('input[aria-label="guidance scale w"]');
  const max = Number(slider.max), waits = [];
  let longest = 0, last = performance.now(), going = true;
  const watch = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) requestAnimationFrame(watch);
  };
  requestAnimationFrame(watch);
  for (let k = 0; k < moves; k++) {
    slider.value = String(max * (0.3 + 0.5 * (k % 40) / 40) + 0.01);
    const before = root.gdviz.state.live.scene, began = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    const deadline = began + 2000;
    while (root.gdviz.state.live.scene === before && performance.now() < deadline) await new Promise(requestAnimationFrame);
    waits.push(performance.now() - began);
  }
  going = false;
  return { waits: waits.slice(3), longest };
}"""


def in_node() -> None:
    found = json.loads(subprocess.run(["node", str(HERE / "live_engine.js")], check=True, capture_output=True, text=True).stdout)
    for one in found:
        kind = "atoms" if one["atoms"] else "Gaussians"
        asked = f"  (asked: <= {LIMIT:g} ms)" if (one["components"], one["steps"]) == (8, 60) else ""
        steps = f"{one['steps']} steps" + (", while dragged" if one["coarse"] else "")
        what = f"{one['components']} {kind}, {steps}"
        print(f"{what:42} {one['wall']:7.1f} ms wall {one['cpu']:7.1f} ms CPU{asked}")


def in_chromium() -> None:
    found = os.environ.get("GDVIZ_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, program() as running:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        with visitor(browser) as page:
            in_page(page, running.url)
        browser.close()


def in_page(page: Page, url: str) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    root = page.get_by_test_id("player")
    box = page.get_by_label("guidance scale w, typed")
    box.fill("2.2")
    box.press("Enter")
    expect(root).to_have_attribute("data-live", "whole", timeout=PATIENCE)
    found = root.evaluate(_DRAG, 60)
    waits = sorted(found["waits"])
    most = waits[int(0.9 * len(waits))]
    print(f"w dragged, move to re-flow: median {statistics.median(waits):.0f} ms, 9 in 10 below {most:.0f} ms")
    print(f"longest gap between two drawn frames meanwhile: {found['longest']:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", action="store_true", help="also in Chromium, on the program's own page")
    print(f"load average {os.getloadavg()[0]:.1f}")
    asked = parser.parse_args()
    in_node()
    if asked.page:
        in_chromium()


if __name__ == "__main__":
    main()
