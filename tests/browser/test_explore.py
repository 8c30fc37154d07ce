"""The Explore page as a reader uses it."""

from __future__ import annotations

import json
import re
from typing import Any

from exploring import SMALL, player, refined, small
from playwright.sync_api import Download, Page, expect

from gdviz.export.link import from_link


def open_more(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()


def download(page: Page, name: str) -> Download:
    """What a button saves.

    Playwright presses within a tenth of a second of a tab's opening, when Streamlit may still exchange the button: the pointer
    goes down on one and up on its parent, which is no click. A hand rests on a button before it presses; so does this.
    """
    button = page.get_by_role("button", name=name)
    button.hover()
    node = button.element_handle()
    page.wait_for_timeout(300)
    while not node.evaluate("(button) => button.isConnected"):
        node = button.element_handle()
        page.wait_for_timeout(300)
    with page.expect_download() as found:
        button.click()
    return found.value


def test_first_visit_shows_a_moving_scene_without_a_click(visit: Any) -> None:
    page = visit("/", reduced_motion="no-preference")
    shown = player(page)
    first = shown.get_attribute("data-frame")
    expect(shown).not_to_have_attribute("data-frame", first or "", timeout=10_000)
    page.get_by_role("button", name="Pause", exact=True).click()
    stopped = shown.get_attribute("data-frame")
    page.wait_for_timeout(400)
    assert shown.get_attribute("data-frame") == stopped
    page.get_by_role("button", name="Play", exact=True).click()
    expect(shown).not_to_have_attribute("data-frame", stopped or "")


def test_moving_w_and_time_asks_nobody_and_the_link_reopens_scene_and_view(visit: Any) -> None:
    page = visit(small(seed=4))
    shown = player(page)
    refined(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    slider = page.get_by_role("slider", name="guidance scale w")
    slider.focus()
    seen = [shown.get_attribute("data-w")]
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        slider.press(key)
        seen.append(shown.get_attribute("data-w"))
    time = page.get_by_role("slider", name="denoising time")
    time.focus()
    time.press("Home")
    expect(shown).to_have_attribute("data-frame", "0")
    time.press("End")
    expect(shown).to_have_attribute("data-frame", "11")
    assert [float(w or "nan") for w in seen[1:]] == [0, 0.5, 1, 2]
    assert asked == []

    slider.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"view=w1\b"))
    again = visit(page.url.removeprefix(page.evaluate("location.origin")))
    expect(player(again)).to_have_attribute("data-w", "1")
    link = again.evaluate("new URL(location).searchParams.get('scene')")
    assert _canonical(from_link(link)) == _canonical({**SMALL, "seed": 4})


def test_a_bad_reward_is_refused_beside_the_box(visit: Any) -> None:
    modes = [{"mean": [mean], "covariance": [[0.5]]} for mean in (-1, 1)]
    line = {"kind": "gaussian_mixture", "components": modes}
    reward = {"kind": "reward", "reward": {"kind": "expression", "expression": "1 + x**2"}}
    page = visit(small(target=line, guidance=reward))
    shown = player(page)
    refined(page)
    open_more(page, "Guidance")
    box = page.get_by_role("textbox", name="expression")
    refusals = {"x.__class__": "found attribute access", "1 +": "not a formula", "-1": re.compile("r\\(x\\)|reward")}
    for expression, said in refusals.items():
        box.fill(expression)
        box.press("Control+Enter")
        expect(page.get_by_role("alert").filter(has_text=said)).to_be_visible()
        expect(shown).to_be_visible()
    page.get_by_role("button", name="Use exp(-1)").click()
    expect(box).to_have_value("exp(-1)")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".js-plotly-plot")).to_have_count(1)


def test_an_experiment_file_is_saved_opened_and_refused(visit: Any, tmp_path: Any) -> None:
    page = visit(small())
    player(page)
    refined(page)
    open_more(page, "File")
    saved = json.loads(download(page, "Save this experiment").path().read_text())
    assert _canonical(saved) == _canonical(SMALL)
    file = tmp_path / "other.json"
    file.write_text(json.dumps({**SMALL, "sampler": {"kind": "ancestral", "steps": 30}}))
    page.get_by_role("tabpanel", name="File").locator("input[type=file]").set_input_files(str(file))
    expect(player(page).get_by_text("ancestral, 30 steps").first).to_be_visible()

    open_more(page, "File")
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"w": [NaN]}')
    page.get_by_role("tabpanel", name="File").locator("input[type=file]").first.set_input_files(str(wrong))
    expect(page.get_by_text("not strict JSON: found NaN")).to_be_visible()
    expect(player(page).get_by_text("ancestral, 30 steps").first).to_be_visible()


def test_a_damaged_link_says_so_and_shows_the_default(visit: Any) -> None:
    page = visit("/?scene=AAAA")
    expect(page.get_by_text("link: found")).to_be_visible()
    player(page)


def test_a_phone_has_no_sideways_scroll_and_reduced_motion_waits_for_play(visit: Any) -> None:
    page = visit(small(), viewport={"width": 390, "height": 800})
    shown = player(page)
    refined(page)
    page.wait_for_timeout(500)
    assert shown.get_attribute("data-frame") == "0"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def _canonical(draft: dict[str, Any]) -> dict[str, Any]:
    from gdviz.experiment import Experiment

    return Experiment.parse(draft).model_dump(mode="json")


def test_a_long_run_can_be_cancelled_and_gone_on_with(visit: Any) -> None:
    page = visit(small(particles=1_000_000, w=list(range(25)), sampler={"kind": "ddpm", "steps": 2000}))
    player(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Stopped. What is on stage stays.")).to_be_visible()
    player(page)
    page.get_by_role("button", name="Compute it").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_text("Stopped. What is on stage stays.")).to_have_count(0)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Compute it")).to_be_visible()
