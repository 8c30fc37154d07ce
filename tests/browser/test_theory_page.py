"""The Theory page: a run on a phone in the dark, a particle that can be moved, and what has no theorem."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]

SMALL = "/theory?preset=figure-1&topic=along&w=0,2&particles=300"


def figure(page: Page, key: str):
    return page.locator(f".st-key-theory-figure-{key}").get_by_role("figure")


def test_the_martingale_is_run(visit: Visit) -> None:
    page = visit(SMALL, color_scheme="dark", viewport={"width": 390, "height": 800})
    expect(page.get_by_role("heading", name="A laboratory for the theorem")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Finished in")).to_be_visible()
    said = page.locator(".st-key-theory-sentence")
    expect(said).to_contain_text("At w = 2 the mean of 1 / p(1 | x) goes from 2 (exact) to 1.")
    expect(said).to_contain_text("the identity along the same paths says 1.")
    expect(figure(page, "along")).to_have_attribute("aria-label", re.compile("w = 0: 2 .*identity, w = 2"))
    expect(figure(page, "gap")).to_have_attribute("aria-label", re.compile("Mean less identity"))
    expect(figure(page, "rate")).to_have_attribute("aria-label", re.compile("w = 2: at most 0.03"))

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.get_by_role("textbox", name="Guidance scales w")
    box.fill("-1, 2")
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="w: found '-1.0'; numbers from 0")).to_be_visible()


def test_a_particle_is_dragged_moved_by_keys_and_takes_the_step(visit: Visit) -> None:
    page = visit("/theory?preset=surrounded-class&topic=step")
    particle = page.locator(".gv-particle")
    x, y = (page.get_by_role("spinbutton", name=name, exact=True) for name in "xy")
    expect(x).to_have_value("0.50")
    box = particle.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] - 40, steps=3)
    page.mouse.up()
    expect(x).not_to_have_value("0.50")
    expect(y).not_to_have_value("0.50")
    dragged = float(x.input_value())
    assert dragged > 0.6 and float(y.input_value()) > 0.6
    particle.focus()
    page.keyboard.press("ArrowLeft")
    expect(x).not_to_have_value(f"{dragged:.2f}")
    assert float(x.input_value()) < dragged
    expect(page.locator(".st-key-theory-step-said")).to_contain_text("Averaged over the noise the step leads to")
    moved = x.input_value()
    page.get_by_role("button", name="Take the step").click()
    expect(x).not_to_have_value(moved)


def test_what_has_no_identity_is_said_in_one_sentence(visit: Visit) -> None:
    page = visit("/theory?preset=apg&topic=winners")
    expect(page.get_by_role("status").filter(has_text="No improvement identity is known for the guidance 'apg'")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
