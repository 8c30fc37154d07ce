"""The page of learned weights in Chromium: there at once, sliders that ask nobody, a small study trained, left, resumed."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Page]

LONG = "/weights?target=overlapping-classes&denoiser=exact&loss=l2&particles=100&seeds=1&steps=5000"

# The first curve of a figure and its slider's words; null until it is drawn.
FORM = """(box) => {
  const plot = box.querySelector(".js-plotly-plot");
  if (!plot?._fullData?.length || !plot.querySelector(".scatterlayer .trace")) return null;
  return {y: [...plot._fullData[0].y], slider: plot.querySelector(".slider-label")?.textContent ?? ""};
}"""
COUNT_RUNS = """(app) => {
  window.runs = 0;
  new MutationObserver(() => { window.runs += 1; }).observe(app, {attributeFilter: ["data-test-script-state"]});
}"""
DRAWN = f"(box) => ({FORM})(box) !== null"


def figure(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-weights-figure-{key}")


def form(page: Page, key: str = "forming") -> dict:
    box = figure(page, key)
    expect(box.get_by_role("figure")).to_be_visible()
    page.wait_for_function(DRAWN, arg=box.element_handle())
    found: dict = box.evaluate(FORM)
    return found


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def test_the_first_visit_shows_everything_and_its_sliders_ask_nobody(visit: Visit) -> None:
    page = visit("/weights")
    expect(page.get_by_text("These numbers came with the program")).to_be_visible()
    expect(page.locator(".st-key-weights-sentence")).to_contain_text("Three classes on a ring, a denoiser of 80 steps")
    last = form(page)
    assert "600" in last["slider"] and max(last["y"][1:]) > 0.5

    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")
    app.evaluate(COUNT_RUNS)
    groove = figure(page, "forming").locator(".slider-rail-touch-rect")
    groove.scroll_into_view_if_needed()
    place = groove.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + 2, place["y"] + place["height"] / 2)
    page.wait_for_function(
        "(box) => box.querySelector('.js-plotly-plot')._fullData[0].y[10] === 0.5", arg=figure(page, "forming").element_handle()
    )
    assert set(form(page)["y"][1:]) == {0.5}, "the start of the training"
    assert page.evaluate("window.runs") == 0, "the server was not asked"

    for key in ("map", "cloud-truth", "cloud-learned", "distances", "constants", "losses", "tradeoff"):
        expect(figure(page, key).get_by_role("figure")).to_have_attribute("aria-label", re.compile(r"\w+ .*\d"))
    page.get_by_role("slider", name=re.compile("denoiser")).press("End")
    expect(page.locator(".st-key-weights-sentence")).to_contain_text("Learned weights sample what no guidance does")
    assert page.evaluate("window.runs") > 0, "now it was"
    expect(page).to_have_url(re.compile("denoiser=exact"))

    link = page.url[page.url.index("/weights") :].replace("seeds=3", "seeds=99")
    again = visit(link, color_scheme="dark", viewport={"width": 390, "height": 800})
    expect(again.locator(".st-key-weights-sentence")).to_contain_text("exact scores")
    expect(again.get_by_role("alert").filter(has_text="seeds: found '99'; allowed: whole numbers from 1 to 5.")).to_be_visible()
    assert again.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_study_is_trained_live_cancelled_found_again_and_resumed(visit: Visit) -> None:
    page = visit(LONG)
    expect(page.get_by_text("Not there yet")).to_have_count(2)
    press(page, "Start")
    assert form(page)["y"]
    press(page, "Cancel")
    expect(page.get_by_text("Paused; Resume goes on")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Paused; Resume goes on")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Trained here: step \d[\d,]* of 5,000"))).to_be_visible()
    press(page, "Resume")
    expect(page.get_by_text(re.compile("(Starting to train|Training) guidance weights"))).to_be_visible()
    press(page, "Cancel")
