"""Sharing: a link opens the same picture, files are made of what is on stage, and an edit is written readably."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

PRESET = "/?preset=two-moons&view=w2.5*f30"


def shared(page: Page, name: str) -> bytes:
    button = page.get_by_test_id("stPopoverBody").get_by_role("button", name=name, exact=True)
    button.hover()
    page.wait_for_timeout(300)  # Streamlit may still exchange a button that was just drawn
    with page.expect_download() as waiting:
        button.click()
    return Path(waiting.value.path()).read_bytes()


def test_a_link_and_files(visit) -> None:
    page: Page = visit(PRESET)
    player = page.get_by_test_id("player")
    expect(player).to_have_attribute("data-frame", "30")
    page.get_by_role("button", name="Share").click()
    link = page.get_by_test_id("stPopoverBody").locator("code").first
    expect(link).to_have_text(re.compile(r"/\?preset=two-moons&view=w2\.5\*f30$"))
    expect(page.get_by_text("QR code", exact=True)).to_be_visible()
    assert Image.open(io.BytesIO(shared(page, "Poster"))).size[0] > 1000
    html = shared(page, "Page").decode()
    assert '"view": "w2.5*f30"' in html and "<title>Two moons" in html
    assert json.loads(shared(page, "Notebook"))["nbformat"] == 4
    assert json.loads(shared(page, "Experiment"))["target"]["kind"] == "moons"
    page.get_by_text("For teaching").click()
    page.get_by_role("textbox", name="Note beside the stage").fill("Which *moon* thins?")
    page.get_by_role("textbox", name="Note beside the stage").press("Enter")
    expect(link).to_have_text(re.compile(r"&note=Which\+\*moon\*\+thins%3F&view="))
    page.get_by_test_id("stPopoverBody").get_by_text("Only time and w can be moved").click()
    expect(link).to_have_text(re.compile(r"&note=Which\+\*moon\*\+thins%3F&lock=1&view="))
    other_page = visit(re.sub(r"^https?://[^/]+", "", link.inner_text()))
    other = other_page.get_by_test_id("player")
    expect(other).to_have_attribute("data-frame", "30")
    expect(other).to_have_attribute("data-w", "2.5")
    expect(other_page.get_by_text("Which *moon* thins?")).to_be_visible()
    expect(other_page.get_by_role("button", name="Edit")).to_be_hidden()
    expect(other_page.get_by_role("tab", name="Target")).to_have_count(0)


def test_an_address_that_can_be_read(visit) -> None:
    page: Page = visit("/?preset=overlapping-classes&sampler.steps=9&w=0:2&particles=200&frames=5&sampler.stps=4")
    expect(page.get_by_text("which this scene does not have; the rest is used")).to_contain_text("sampler.stps")
    player = page.get_by_test_id("player")
    expect(player.get_by_text("ddpm, 9 steps")).to_be_visible()
    expect(player.get_by_text("preview, refining")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"preset=overlapping-classes&.*sampler\.steps=9"))
    page.get_by_role("tab", name="Run").click()
    expect(page.get_by_role("textbox", name="Guidance scales w")).to_have_value("0, 1, 2")


def test_a_link_may_leave_parts_out_and_open_at_a_step(visit) -> None:
    page: Page = visit("/?preset=overlapping-classes&hide=charts,doors&step=150")
    expect(page.get_by_text("hide: found 'doors'; allowed: panel,")).to_be_visible()
    player = page.get_by_test_id("player")
    expect(player).not_to_have_attribute("data-frame", "0")
    expect(player.locator(".gv-side")).to_be_hidden()
    expect(player.get_by_role("slider", name="denoising time")).to_have_attribute("aria-valuetext", re.compile("^t = 0"))


def test_other_pages_open_with_what_explore_shows(visit) -> None:
    page: Page = visit("/?preset=overlapping-classes")
    expect(page.get_by_test_id("player")).to_have_attribute("data-frame", re.compile(r"\d+"))
    page.locator(".gv-panels").press("]")
    w = page.get_by_test_id("player").get_attribute("data-w")
    assert w and w != "2"
    page.get_by_role("link", name="Curves of this scene").click()
    expect(page).to_have_url(re.compile(r"/curves\?preset=overlapping-classes"))
    page.get_by_role("link", name="Explore").click()
    expect(page).to_have_url(re.compile(r"/\?preset=overlapping-classes"))
    expect(page.get_by_test_id("player")).to_have_attribute("data-w", w)  # the view is as it was left
    page.get_by_role("combobox", name="Preset").click()
    page.get_by_role("option", name=re.compile("^Two moons")).click()
    expect(page).to_have_url(re.compile(r"preset=two-moons"))
    page.get_by_role("link", name="Train this scene").click()
    expect(page).to_have_url(re.compile(r"/train\?preset=two-moons"))
