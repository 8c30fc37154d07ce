"""The Curves page in Chromium: a run that is watched, stopped, read, kept and found again."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Page]

LONG = "/curves?preset=figure-1&w=0,0.5,2,10&particles=600000"  # nobody waits for its end
SHORT = "/curves?preset=figure-1&w=0,2&particles=2100"
SECONDS = 120  # that a figure may take to be drawn; the workers give way to everything else on a shared machine

# What a figure holds; null until it is drawn.
BARS = """(box) => {
  const plot = box.querySelector(".js-plotly-plot"), all = plot?._fullData;
  if (!all || !plot._fullLayout?.yaxis || !plot.querySelector(".scatterlayer .trace")) return null;
  const {xaxis, yaxis} = plot._fullLayout, trace = all.find((one) => one.name === "direct estimate");
  return {x: [...trace.x], y: [...trace.y], half: [...trace.error_y.array], names: all.map((one) => one.name),
          yRange: yaxis.range, xTitle: xaxis.title.text, xType: xaxis.type};
}"""


def figure(page: Page, name: str = "reciprocal") -> Locator:
    return page.locator(f".st-key-curves-figure-{name}")


def drawn(page: Page, name: str = "reciprocal", holds: Callable[[dict[str, Any]], bool] = lambda now: True) -> dict[str, Any]:
    """What a figure holds, once it is drawn and `holds`."""
    now = None
    for _ in range(5 * SECONDS):
        now = figure(page, name).evaluate(BARS)
        if now is not None and holds(now):
            return now
        page.wait_for_timeout(200)
    raise AssertionError(f"never drawn; the last was {now}")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_run_watch_stop_turn_and_download(visit: Visit, tmp_path: Path) -> None:
    page = visit(LONG)
    expect(page.get_by_role("heading", name="Curves over w")).to_be_visible()
    press(page, "Run")
    expect(page.get_by_role("progressbar")).to_be_visible()
    first = drawn(page)
    assert first["x"] == [0, 0.5, 2, 10] and first["half"][0] > 0
    # Bars shrink as chunks arrive, and the axis does not move.
    later = drawn(page, holds=lambda now: now["half"][0] < first["half"][0])
    assert all(after < before for before, after in zip(first["half"], later["half"], strict=True))
    assert later["yRange"] == first["yRange"]
    # 2 is exact at w = 0; four standard errors and the bias of 400 steps (below 0.01, docs of the figure).
    assert abs(later["y"][0] - 2) < 4 * later["half"][0] / 1.96 + 0.01
    expect(page.get_by_text(re.compile(r"Sampling: [\d,]+ of 600,000 particles"))).to_be_visible()

    press(page, "Stop")
    expect(page.get_by_text(re.compile(r"Stopped\. The curves show the [\d,]+ particles of 600,000"))).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)

    page.get_by_role("radio", name="−1/p (the paper's)").or_(page.get_by_role("button", name="−1/p (the paper's)")).click()
    turned = drawn(page, holds=lambda now: now["y"][0] < 0)
    assert turned["half"][0] <= later["half"][0]
    page.get_by_role("radio", name="gamma = 1 + w").or_(page.get_by_role("button", name="gamma = 1 + w")).click()
    assert drawn(page, holds=lambda now: now["x"][0] == 1)["x"] == [1, 1.5, 3, 11]
    page.get_by_role("radio", name="logarithmic").or_(page.get_by_role("button", name="logarithmic")).click()
    assert drawn(page, holds=lambda now: now["xType"] == "log")["xTitle"].startswith("gamma")

    with page.expect_download() as download:
        press(page, "CSV")
    assert download.value.suggested_filename == "figure-1-curves.csv"
    download.value.save_as(tmp_path / "curves.csv")
    lines = list(csv.DictReader((tmp_path / "curves.csv").read_text().splitlines()))
    assert [float(line["w"]) for line in lines] == [0, 0.5, 2, 10]
    assert [float(line["mean_reciprocal"]) for line in lines] == pytest.approx([-y for y in turned["y"]], rel=1e-6)


def test_a_finished_run_outlives_preset_changes_and_sessions(visit: Visit) -> None:
    page = visit(SHORT)
    press(page, "Run")
    finished = page.get_by_text("Finished: 2,100 particles")
    expect(finished).to_be_visible()
    last = {"identity's prediction", "exact", "exact tangent", "step change of direct estimate"}  # with the run's end
    before = drawn(page, holds=lambda now: last <= set(now["names"]))
    expect(figure(page, "distance").locator(".legend")).to_contain_text("to p(x | 1)")
    expect(figure(page, "distance").get_by_role("figure", name=re.compile("^Distance to each goal law over"))).to_be_visible()

    press(page, "Run")  # again: the same numbers
    expect(finished).to_be_hidden()
    expect(finished).to_be_visible()
    drawn(page, holds=lambda now: now["y"] == before["y"])

    page.get_by_role("combobox", name="Experiment").click()
    page.get_by_role("option", name=re.compile("Two classes that overlap")).click()
    expect(finished).to_be_hidden()
    page.get_by_role("combobox", name="Experiment").click()
    page.get_by_role("option", name=re.compile("Figure 1")).click()
    expect(finished).to_be_visible()
    expect(page).to_have_url(re.compile("preset=figure-1"))
    other = visit(SHORT)  # by another visitor
    expect(other.get_by_text("Finished: 2,100 particles")).to_be_visible()
    drawn(other, holds=lambda now: now["y"] == before["y"])


def test_a_running_job_is_found_again_and_wrong_w_is_refused(visit: Visit) -> None:
    address = LONG.replace("600000", "500000")
    page = visit(address)
    press(page, "Run")
    expect(page.get_by_role("progressbar")).to_be_visible()
    again = visit(address)
    expect(again.get_by_role("progressbar")).to_be_visible()
    expect(again.get_by_role("button", name="Stop", exact=True)).to_be_disabled()  # another visitor looks on
    press(page, "Stop")
    expect(again.get_by_text("Stopped.")).to_be_visible()  # and learns of it
    box = page.get_by_role("textbox", name="Guidance scales w")
    box.fill("0, abc")
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="w.1: found 'abc'")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_have_count(0)


def test_what_is_not_estimable_is_said(visit: Visit) -> None:
    page = visit(
        "/curves?preset=far-apart-classes&w=0,1&particles=1500", color_scheme="dark", viewport={"width": 390, "height": 800}
    )
    press(page, "Run")
    note = page.get_by_role("alert").filter(has_text="not estimable")
    expect(note).to_contain_text("The exact value at w = 0 is 2.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_first_visit_finds_an_answer(visit: Visit) -> None:
    page = visit("/curves")
    expect(page.get_by_text("Finished: 10,000 particles")).to_be_visible()
    assert "exact tangent" in drawn(page)["names"]
