"""What a notebook shows of a result: the player, cut off from the notebook, or the table and how to get the player."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

import gdviz

LINE = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"weight": 0.5, "mean": [-1], "covariance": [[0.5]], "label": "a"},
            {"weight": 0.5, "mean": [1], "covariance": [[0.5]], "label": "b"},
        ],
    },
    "guidance": {"kind": "cfg", "label": "b"},
    "sampler": {"kind": "ddpm", "steps": 20},
    "w": [0, 1, 2],
    "particles": 200,
    "frames": 10,
}


@pytest.mark.browser
def test_a_notebook_shows_the_player_in_a_frame_of_its_own(page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(f"<h1>a notebook</h1>{gdviz.run(LINE, step_change=False)._repr_html_()}")
    frame = page.frame_locator("iframe")
    expect(frame.locator("canvas")).to_have_count(2)
    expect(frame.get_by_test_id("player")).not_to_have_attribute("data-frame", "0", timeout=8000)  # it plays
    frame.get_by_role("slider", name="guidance scale w").press("ArrowLeft")
    expect(frame.get_by_test_id("player")).to_have_attribute("data-w", "1")
    outside = "() => { try { return parent.document.title; } catch (error) { return error.name; } }"
    assert page.frames[1].evaluate(outside) == "SecurityError"
    assert errors == []


def test_without_paths_a_notebook_shows_the_rows_and_how_to_get_the_player() -> None:
    shown = gdviz.run(LINE, step_change=False, frame_particles=0)._repr_html_()
    assert shown.count("<tr>") == 4
    assert "frame_particles=1500" in shown
    assert "iframe" not in shown


def test_in_three_dimensions_there_is_nothing_to_play() -> None:
    space = {"weight": 1, "mean": [0, 0, 0], "covariance": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "label": "a"}
    solid = {**LINE, "target": {"kind": "gaussian_mixture", "components": [space]}, "guidance": {"kind": "none"}, "w": [0]}
    shown = gdviz.run(solid, step_change=False)._repr_html_()
    assert "<table>" in shown and "iframe" not in shown and "frame_particles" not in shown
