"""Explore in a browser: a small scene of one's own, the player once it draws, and when nothing is computed any more."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from gdviz.export.link import to_link

SMALL: dict[str, Any] = {
    "format": 1,
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"mean": [-1, 0], "covariance": [[0.5, 0], [0, 0.5]], "label": "a"},
            {"mean": [1, 0], "covariance": [[0.5, 0], [0, 0.5]], "label": "b"},
        ],
    },
    "guidance": {"kind": "cfg", "label": "b"},
    "sampler": {"kind": "ddpm", "steps": 40},
    "w": [0, 0.5, 1, 2],
    "particles": 300,
    "frames": 12,
    "seed": 3,
}


def player(page: Page) -> Locator:
    """The player, once it has drawn a frame."""
    found = page.get_by_test_id("player")
    expect(found).to_have_attribute("data-frame", re.compile(r"\d+"))
    return found


def refined(page: Page) -> None:
    """Wait until the whole scene is on stage and nothing is computing any more."""
    expect(page.get_by_text(re.compile(", refining$"))).to_be_hidden()
    expect(page.get_by_text(re.compile("Computing the scene|Refining the scene"))).to_have_count(0)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def small(**changes: Any) -> str:
    return f"/?scene={to_link({**SMALL, **changes})}"
