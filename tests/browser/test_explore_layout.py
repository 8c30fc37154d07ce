"""Explore's layout, and that nothing a reader presses or types is lost while the page is drawn."""

from __future__ import annotations

import re
from typing import Any

from exploring import player, refined, small
from playwright.sync_api import expect


def test_all_is_in_sight_and_words_are_explained_on_focus_and_hover(visit: Any) -> None:
    page = visit("/", viewport={"width": 1280, "height": 720})
    shown = player(page)
    expect(page.get_by_role("tab", name="Target")).to_be_visible()
    for place in (".gv-panels", ".gv-legend", ".gv-controls", ".gv-sentence"):
        box = shown.locator(place).bounding_box()
        assert box and box["y"] + box["height"] <= 720, place
    panel = shown.locator("canvas").nth(1).bounding_box()
    scale = page.get_by_role("slider", name="guidance scale w").bounding_box()
    controls = page.get_by_role("tabpanel", name="Target").bounding_box()
    assert panel and scale and controls
    assert abs(panel["x"] - scale["x"]) < 20 and abs(panel["width"] - scale["width"]) < 40, "w is not below its panel"
    assert controls["x"] > panel["x"] + panel["width"] and controls["y"] < 300, "the controls are not beside the stage"

    title = shown.locator(".gv-title .gv-term").nth(1)
    expect(title).to_have_text("1,500 dots asked to be b, w = 2")
    law = shown.get_by_role("tooltip").filter(has_text="w = 2: toward p(x | b), away from p(x)")
    expect(law).to_be_hidden()
    title.focus()
    expect(law).to_be_visible()
    page.keyboard.press("Escape")
    expect(law).to_be_hidden()
    title.hover()
    expect(law).to_be_visible()
    floor = shown.locator(".gv-sentence .gv-term", has_text="floor")
    floor.focus()
    expect(shown.get_by_role("tooltip").filter(has_text="cannot be told from 0")).to_be_visible()


def test_present_is_part_of_the_address_and_escape_leaves_it(visit: Any) -> None:
    page = visit("/?view=w2*s1", reduced_motion="no-preference")
    shown = player(page)
    expect(page.get_by_role("button", name="Leave")).to_be_visible()
    box = shown.bounding_box()
    assert box and (box["x"], box["y"], box["width"]) == (0, 0, 1500)
    expect(shown.locator(".gv-legend")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(shown.locator(".gv-legend")).to_be_visible()
    expect(page).not_to_have_url(re.compile(r"s1"))
    page.keyboard.press("Space")  # nothing has been pressed yet
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_everything_can_be_reached_enlarged_twice_and_on_narrow_screens(visit: Any) -> None:
    page = visit("/", viewport={"width": 720, "height": 450}, device_scale_factor=2)
    shown = player(page)
    both, scale = page.get_by_text("Both", exact=True), page.get_by_role("slider", name="guidance scale w")
    buttons = (page.get_by_role("button", name=name, exact=True) for name in ("Present", "Edit", "Play"))
    sought = (both, scale, page.get_by_role("tab", name="Run"), page.get_by_role("button", name="Share"), *buttons)
    for width, height in ((720, 450), (850, 800), (641, 800), (390, 800)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        for found in sought:
            box = found.bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, (width, found)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    first, second = (shown.locator(".gv-panel canvas").nth(k).bounding_box() for k in range(2))
    box = scale.bounding_box()
    assert first and second and box
    assert second["y"] >= first["y"] + first["height"], "the panels do not stack"
    assert box["y"] > 400 and box["y"] + box["height"] <= 800, "w is not below the panels, where a thumb is"

    page.set_viewport_size({"width": 760, "height": 800})
    page.goto(f"{page.url.partition('?')[0]}curves")
    both.scroll_into_view_if_needed()
    box = both.bounding_box()
    assert box and box["x"] + box["width"] <= 760


def test_back_and_forward_open_what_the_address_says(visit: Any) -> None:
    page = visit("/?preset=two-moons&view=w1")
    shown, box = player(page), page.get_by_role("combobox", name="Preset")
    box.click()
    page.get_by_role("option", name=re.compile("^Pinwheel")).click()
    expect(shown.locator(".gv-heading")).to_contain_text("Pinwheel")
    expect(page).to_have_url(re.compile("preset=pinwheel&view=w1"))
    page.go_back()
    expect(shown.locator(".gv-heading")).to_contain_text("Two moons")
    expect(box).to_have_value(re.compile("Two moons"))
    page.go_forward()
    expect(shown.locator(".gv-heading")).to_contain_text("Pinwheel")
    page.go_back()
    expect(shown.locator(".gv-heading")).to_contain_text("Two moons")
    page.go_back()
    assert not page.url.startswith("http"), "Back cannot leave"


def test_an_edit_keeps_the_player_and_the_view_and_a_reload_the_copied_panel(visit: Any) -> None:
    page = visit(small())
    shown = player(page)
    refined(page)
    shown.evaluate("node => { node.isTheSame = true }")
    page.get_by_role("slider", name="guidance scale w").press("ArrowLeft")
    page.get_by_role("button", name="copy to B").click()
    view = re.search("view=[^&]*", page.url)
    page.get_by_role("tab", name="Sampler").click()
    page.get_by_role("spinbutton", name="steps").fill("24")
    page.get_by_role("spinbutton", name="steps").press("Enter")
    expect(shown.get_by_text("24 steps").first).to_be_visible()
    refined(page)
    assert view and view[0] in page.url
    assert shown.evaluate("node => node.isTheSame === true"), "the player was made anew"
    expect(shown.get_by_text(re.compile("A → B")).first).to_be_visible()  # held against each other
    expect(shown.locator("canvas")).to_have_count(3)
    page.reload()
    expect(player(page).locator("canvas")).to_have_count(3)


def test_dots_that_cannot_be_seen_are_told_of(visit: Any) -> None:
    page = visit(small(w=[0, 1e6]))
    shown = player(page)
    refined(page)
    page.get_by_role("slider", name="guidance scale w").press("End")
    expect(shown).to_have_attribute("data-w", re.compile("1000000|1e\\+?6"))
    page.get_by_role("slider", name="denoising time").press("End")
    expect(shown.locator(".gv-away").nth(1)).to_contain_text(re.compile(r"lie outside these axes|overflowed"))


def test_the_known_value_is_charted_where_no_mean_is_estimable(visit: Any) -> None:
    shown = player(visit("/?preset=far-apart-classes"))
    chart = shown.locator("[data-chart=reciprocal]")
    expect(chart.locator(".gc-exact")).to_be_visible()
    expect(chart.locator("svg[role=img]")).to_have_attribute("aria-label", re.compile("exact value 2 at w = 0"))
