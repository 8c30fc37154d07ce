"""The Compare page in Chromium: a scene, a few methods, a small budget; Run, and the answer is read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]

SMALL = "/compare?preset=overlapping-classes&methods=cfg&evaluations=8,16&particles=256&seeds=2"


def test_methods_are_chosen_run_and_read(visit: Visit) -> None:
    page = visit(SMALL)
    expect(page.get_by_role("heading", name="Which method comes nearest to the goal?")).to_be_visible()
    page.get_by_role("combobox", name="Methods").click()
    page.get_by_role("option", name="Particles with the exact value").click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("methods=cfg%2Cexact"))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Finished in")).to_be_visible()

    said = page.locator(".st-key-compare-sentence")
    expect(said).to_have_text(re.compile("^Particles with the exact value is the only method here that aims at the goal"))
    for name in ("Methods that aim at the goal", "Methods that aim at another law", "Samples over the goal"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_role("figure", name=re.compile("^Quality against cost"))).to_be_attached()
    clouds = page.locator(".st-key-compare-figure-clouds .js-plotly-plot")
    titles = clouds.evaluate("(plot) => plot._fullLayout.annotations.map((note) => note.text)")
    assert titles == ["CFG", "Particles with the exact value"]
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON", exact=True).click()
    answer = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [(entry["method"], entry["evaluations"]) for entry in answer["entries"]] == [
        ("cfg", 16), ("exact", 16), ("cfg", 8), ("exact", 8),
    ]  # fmt: skip

    box = page.get_by_role("textbox", name="Network evaluations a sample")
    box.fill("4")
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="evaluations: found 4; a sample may cost 8 to 2,000.")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_have_count(0)
