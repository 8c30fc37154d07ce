"""w between the computed values: the page runs the scene itself, and the particles stand where the server's run puts them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch
from browser.test_explore import player, refined, small
from player.live_node import python_paths
from playwright.sync_api import Page, expect

from gdviz.presets import DEFAULT, load

CHECKED = 200  # particles
SHOWN = """(root) => {
  const { scene } = root.gdviz.state.live, d = scene.d, size = scene.particles * d, last = (scene.frames - 1) * size;
  return Array.from({ length: COUNT * d }, (_, i) => scene.low[i % d] + scene.step[i % d] * scene.codes(1)[last + i]);
}""".replace("COUNT", str(CHECKED))


def drag_w(page: Page, share: float) -> None:
    """By the pointer, to a share of the slider's length, and let go there."""
    box = page.get_by_role("slider", name="guidance scale w").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + share * box["width"], y, steps=8)
    page.mouse.up()


def test_dragged_between_two_computed_w_the_particles_are_those_of_a_run_there(visit: Any) -> None:
    page = visit("/", reduced_motion="reduce")
    shown = player(page)
    drag_w(page, 0.456)
    expect(shown).to_have_attribute("data-live", "whole")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    expect(page.get_by_text("interpolated", exact=True)).to_be_hidden()
    w = float(shown.get_attribute("data-w") or "nan")
    experiment = load(DEFAULT).experiment
    assert min(abs(w - one) for one in experiment.w) > 0.02, "not a computed one"

    found = np.reshape(shown.evaluate(SHOWN), (CHECKED, 2))
    at_w = experiment.model_copy(update={"w": (0.0, w)})
    exact, single = (python_paths(at_w, CHECKED, dtype)[1, -1] for dtype in (torch.float64, torch.float32))
    code = np.asarray(shown.evaluate("(root) => root.gdviz.state.live.scene.step"))
    assert (np.abs(found - exact) <= 1e-3 + code / 2).all()  # positions travel as codes
    assert (np.abs(found - single) <= 1e-3 + code / 2 + np.abs(exact - single)).all()

    expect(page.get_by_text(re.compile(r"^At w = [\d.]+ \(live, 1500 shown particles\), \d+ % of the particles"))).to_be_visible()
    improved = page.locator("tr[data-key=improved]")
    expect(improved).to_contain_text(re.compile(r"\d %.*± [\d.]+ %"))


def test_a_typed_w_is_live_and_a_computed_one_is_the_servers(visit: Any) -> None:
    page = visit(small())
    refined(page)
    shown, box = player(page), page.get_by_label("guidance scale w, typed")
    box.fill("1,4")
    box.press("Enter")
    expect(shown).to_have_attribute("data-live", "whole")
    expect(shown).to_have_attribute("data-w", "1.4")
    expect(page.locator("tr[data-key=mean_reciprocal]")).to_contain_text(re.compile("not estimated live|±"))
    box.fill("2")
    box.press("Enter")
    expect(shown).to_have_attribute("data-live", "")
    expect(shown).to_have_attribute("data-w", "2")
    expect(page.get_by_text("live", exact=True)).to_be_hidden()
