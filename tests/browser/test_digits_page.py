"""The Digits page in Chromium: images move with the slider without the server, numbers beside them, on a phone as well."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]

PIXELS = "node => node.toDataURL()"


def test_images_move_with_w_and_nobody_is_asked(visit: Visit) -> None:
    page = visit("/digits")
    expect(page.get_by_role("heading", name="Digits", exact=True)).to_be_visible()
    sheet = page.locator(".dg canvas").first
    expect(sheet).to_have_attribute("aria-label", re.compile("8 samples of each digit.* at guidance scale w = 0"))
    expect(page.locator(".st-key-digits-figure-frechet .js-plotly-plot")).to_be_visible()
    expect(page.get_by_text(re.compile("From w = 0 to 2 the mean of 1/p"))).to_be_visible()
    expect(page.get_by_text(re.compile("in place of the ImageNet"))).to_be_visible()

    before, asked = sheet.evaluate(PIXELS), []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    slider = page.get_by_role("slider", name="Guidance scale w")
    slider.focus()
    for _ in range(8):
        slider.press("ArrowRight")
    expect(sheet).to_have_attribute("aria-label", re.compile("w = 2"))
    expect(page.locator(".dg output")).to_have_text("w = 2")
    assert sheet.evaluate(PIXELS) != before and asked == []

    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="7", exact=True).click()
    expect(sheet).to_have_attribute("aria-label", re.compile("8 samples guided toward the digit 7 at guidance scale w = 2"))
    expect(page).to_have_url(re.compile("digit=7"))
    page.reload()
    expect(sheet).to_have_attribute("aria-label", re.compile("toward the digit 7"))


def test_a_phone_in_the_dark(visit: Visit) -> None:
    page = visit("/digits?toward=ink", viewport={"width": 390, "height": 840}, color_scheme="dark")
    sheet = page.locator(".dg canvas").first
    expect(sheet).to_have_attribute("aria-label", re.compile("24 samples .* guided toward much ink"))
    expect(page.locator(".dg.dg-dark")).to_be_visible()
    expect(page.get_by_text(re.compile("the goal is p r / E r"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
