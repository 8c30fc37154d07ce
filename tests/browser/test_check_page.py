"""The Check page in Chromium: samples uploaded and judged, the facts of a preset checked, what is wrong refused."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]



def npy(values) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values)
    return buffer.getvalue()


def upload(page: Page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})


def test_samples_are_judged_and_facts_checked(visit: Visit) -> None:
    page = visit("/check?preset=figure-1")
    expect(page.get_by_role("heading", name="Check against what is known exactly")).to_be_visible()
    rng = np.random.default_rng(3)
    x = rng.choice([-1.0, 1.0], 2000) + rng.standard_normal(2000)
    upload(page, "mine.npy", npy(x))
    expect(page.get_by_text("The nearest goal law is p(x | 1)")).to_be_visible()
    picture = page.locator(".st-key-check-picture")
    expect(picture.get_by_role("figure", name=re.compile("^The samples over p\\(x\\), p\\(x \\| 1\\)"))).to_be_visible()
    expect(picture.locator(".legend")).to_contain_text("p(x | 1)")
    expect(page.get_by_text("2,000 samples; spread")).to_be_visible()
    expect(page.get_by_text("Share of each mode")).to_be_visible()

    upload(page, "shifted.csv", b"x\n" + b"\n".join(b"%.4f" % (v + 0.7) for v in x))
    expect(page.get_by_text("None of them: the nearest goal law is")).to_be_visible()
    upload(page, "broken.npy", b"not an array")
    expect(page.get_by_text("broken.npy: found no array")).to_be_visible()

    page.get_by_role("tab", name="The exact facts").click()
    page.get_by_role("button", name="Check the facts").click()
    expect(page.get_by_text("All 13 facts hold.")).to_be_visible()
    expect(page.get_by_text("Holm over 13 facts")).to_be_visible()
    page.reload()  # the check is found again, and the navigation leads here
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_test_id("player")).to_be_visible()  # a tab that is clicked before the page has changed is forgotten
    page.get_by_role("link", name="Check", exact=True).click()
    page.get_by_role("tab", name="The exact facts").click()
    expect(page.get_by_text("All 13 facts hold.")).to_be_visible()


def test_another_aim_on_a_plane_and_a_narrow_dark_screen(visit: Visit) -> None:
    page = visit("/check?preset=swiss-roll-reward", color_scheme="dark", viewport={"width": 390, "height": 800})
    page.get_by_role("combobox", name="Judge by").click()
    page.get_by_role("option", name="a reward").click()
    box = page.get_by_role("textbox", name="Reward, a formula in x and y")
    box.fill("exp(x")
    box.press("Enter")
    upload(page, "mine.npy", npy(np.random.default_rng(0).standard_normal((400, 2))))
    expect(page.get_by_role("alert").first).to_contain_text("reward")
    box.fill("exp(y)")
    box.press("Enter")
    expect(page.get_by_text("None of them")).to_be_visible()
    expect(page.locator(".st-key-check-picture .legend")).to_contain_text("points of the target")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
