"""The Figures page in Chromium: run, read, keep, take away; another figure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def test_a_quick_figure_is_run_read_kept_and_taken_away(visit: Visit, tmp_path: Path) -> None:
    page = visit("/figures?figure=4")
    expect(page.get_by_role("heading", name="The papers' figures")).to_be_visible()
    expect(page.get_by_text("Points on a Swiss roll, reward r = exp(x)")).to_be_visible()  # it came with the program
    expect(page.locator(".st-key-figures-row-0 .js-plotly-plot")).to_be_visible()
    expect(page.locator(".st-key-figures-row-1 .js-plotly-plot")).to_be_visible()
    expect(page.get_by_text(re.compile("Quick version: 200 steps and 1,500 trials"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    assert download.value.suggested_filename == "figure-4-quick.json"
    download.value.save_as(tmp_path / "numbers.json")
    numbers = json.loads((tmp_path / "numbers.json").read_text())
    assert numbers["figure"] == 4 and numbers["results"]["roll"]["experiment"]["particles"] == 1500

    stop = page.get_by_role("button", name="Stop", exact=True)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(stop).to_be_enabled()
    stop.click()
    expect(stop).to_be_disabled()

    page.get_by_role("radio", name="2").or_(page.get_by_role("button", name="2", exact=True)).click()
    expect(page.get_by_role("heading", name=re.compile("8x8 digits, a stand-in for ImageNet"))).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def test_a_row_of_panels_scrolls_on_a_narrow_screen(visit: Visit) -> None:
    page = visit("/figures?figure=2", color_scheme="dark", viewport={"width": 390, "height": 800})
    chart = page.locator(".st-key-figures-row-0 .js-plotly-plot")
    expect(chart).to_be_visible()
    assert chart.evaluate("(plot) => plot.clientWidth") > 900, "three panels of the size that they have in the files"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_text("The 110 numbers")).to_be_visible()  # ten digits and all, four w: 1/p, and two shares where w > 0
