"""The Robustness page in Chromium, on a phone in the dark: known errors sampled, a network trained for it; what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from gdviz.export.link import to_link

Visit = Callable[..., Page]

SCENE: dict[str, Any] = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"mean": [-1], "covariance": [[0.4]], "label": "a"},
            {"mean": [1], "covariance": [[0.4]], "label": "b"},
        ],
    },
    "guidance": {"kind": "reward", "reward": {"kind": "expression", "expression": "0.2 + exp(-(x - 1)**2)"}},
    "score": {"kind": "network", "recipe": {"width": 16, "depth": 2, "frequencies": 4, "batch": 32}},
    "sampler": {"kind": "ddpm", "steps": 30},
    "w": [0, 1],
    "frames": 10,
}
SMALL = f"/robustness?scene={to_link(SCENE)}&w=0,1&particles=800&sizes=40&steps=20"


def figure(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-robustness-figure-{key}").get_by_role("figure")


def test_known_errors_and_a_network_are_run(visit: Visit) -> None:
    page = visit(SMALL, color_scheme="dark", viewport={"width": 390, "height": 800})
    expect(page.get_by_role("heading", name="How wrong may a score be?")).to_be_visible()
    page.get_by_role("combobox", name="Experiment").click()
    options = page.get_by_role("option").all_inner_texts()
    assert not any("APG" in text or "CFG++" in text for text in options)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Finished: 3 wrong scores beside the exact one")).to_be_visible()
    said = page.locator(".st-key-robustness-sentence")
    expect(said).to_have_text(
        re.compile(r"At w = 1, for the mean of r\(x\): an inward error of 40 % (costs|gains) 0\.\d+ ± 0\.\d+")
    )
    expect(said).to_contain_text("the same size drawn afresh at each step")
    expect(said).to_contain_text("a network trained for 20 steps costs")
    expect(figure(page, "rewards-perturbed")).to_have_attribute("aria-label", re.compile("exact score: .*inward error, 40 %"))
    expect(figure(page, "effect-network")).to_have_attribute(
        "aria-label", re.compile("first order, network, 20 steps|network, 20")
    )
    expect(figure(page, "score_error")).to_have_attribute(
        "aria-label", re.compile("over log-SNR.*20 steps, p\\(x\\): .*20 steps, tilted by r: ")
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    head, *lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert head.startswith("score,w,particles") and len(lines) == 6

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.get_by_role("textbox", name="Its sizes, %")
    box.fill("40, much")
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="sizes: found 'much'; numbers above 0")).to_be_visible()


def test_what_has_no_identity_is_said_in_one_sentence(visit: Visit) -> None:
    page = visit("/robustness?preset=apg")
    expect(page.get_by_text("No improvement identity is known for the guidance 'apg'")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
