"""The editor on the stage, with a real pointer, a finger and the keyboard alone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.test_explore import SMALL, player, refined
from playwright.sync_api import Browser, Locator, Page, expect

from gdviz.export.link import to_link
from gdviz.player import standalone_html
from gdviz.server import store

CENTRE = re.compile("^centre of b,")


@pytest.fixture
def stage(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A preset's scene as a page of its own, in edit mode; nobody is asked for anything."""
    digest = store().find(f"preset-{getattr(request, 'param', 'far-apart-classes')}")
    data = store().read(digest or "")
    assert data is not None
    file = tmp_path / "scene.html"
    file.write_text(standalone_html([data], None), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1300, "height": 900}, reduced_motion="reduce", has_touch=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_role("region", name="edit the scene")).to_be_visible()
    yield page
    context.close()
    assert complaints == []


def numbers(page: Page) -> list[float]:
    """Of the chosen part, as its boxes say."""
    return [float(page.get_by_role("textbox", name=name).input_value().replace("\u2212", "-")) for name in ("mean x", "mean y")]


def middle(handle: Locator) -> tuple[float, float]:
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    assert box["width"] >= 24 and box["height"] >= 24
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_by_finger(page: Page, x: float, y: float) -> None:
    """From a place to the upper left."""
    client = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]})

    touch("touchStart", (x, y))
    for k in range(1, 6):
        touch("touchMove", (x - 8 * k, y - 8 * k))
    touch("touchEnd")


def guiding(page: Page) -> dict[str, Any]:
    """The reward as it is edited."""
    experiment = page.get_by_test_id("player").evaluate("node => JSON.stringify(node.gdviz.experiment())")
    reward: dict[str, Any] = json.loads(experiment)["guidance"]["reward"]
    return reward


def test_a_mode_is_dragged_and_taken_back(stage: Page) -> None:
    handle = stage.get_by_role("button", name=CENTRE)
    x, y = middle(handle)
    stage.mouse.move(x, y)
    stage.mouse.down()
    stage.mouse.move(x - 30, y - 20)
    stage.mouse.move(x - 60, y - 40)
    assert middle(handle) == pytest.approx((x - 60, y - 40), abs=1.5)  # it stays under the pointer
    stage.mouse.up()
    moved = numbers(stage)
    assert moved[0] < 2.5 and moved[1] > 0
    expect(handle).to_have_attribute("aria-label", re.compile(f"mean x {moved[0]:.3g}"))
    stage.keyboard.press("Control+z")
    assert numbers(stage) == [2.5, 0]
    stage.keyboard.press("Control+Shift+Z")
    assert numbers(stage) == moved


def test_a_weight_slides_along_its_track(stage: Page) -> None:
    stage.get_by_role("button", name=CENTRE).focus()
    weight = stage.get_by_role("slider", name=re.compile("^weight of b,"))
    x, y = middle(weight)
    stage.mouse.move(x, y)
    stage.mouse.down()
    stage.mouse.move(x + 6, y - 6, steps=3)
    assert middle(weight) == pytest.approx((x + 6, y - 6), abs=1.5)  # it stays under the pointer
    stage.mouse.up()
    box = stage.get_by_role("textbox", name="weight")
    lighter = float(box.input_value())
    assert lighter < 1
    weight.press("Shift+ArrowUp")  # ten per cent more
    assert float(box.input_value()) > lighter
    expect(weight).to_have_attribute("aria-valuetext", re.compile(r"^weight [\d.]+, \d+ % of all$"))


@pytest.mark.parametrize("stage", ["expression-reward"], indirect=True)
def test_a_reward_is_painted_by_keys_and_by_a_finger(stage: Page) -> None:
    stage.get_by_role("button", name="Paint", exact=True).click()
    brush = stage.get_by_role("button", name=re.compile("^centre of the brush that paints the reward"))
    brush.focus()
    for key in ("Shift+ArrowRight", "[", "+", "Enter"):
        stage.keyboard.press(key)
    first = guiding(stage)["of"]["rows"]
    stage.keyboard.press("Delete")
    assert guiding(stage)["of"]["rows"] != first
    stage.keyboard.press("Control+z")
    assert guiding(stage)["of"]["rows"] == first
    stage.keyboard.press("Control+z")  # the first stroke made the picture
    assert guiding(stage)["kind"] == "expression"
    drag_by_finger(stage, *middle(stage.locator(".gv-ground").first))
    painted = guiding(stage)
    assert painted["of"]["kind"] == "painted"
    stage.get_by_role("button", name="Undo").click()
    assert guiding(stage)["kind"] == "expression"  # one stroke is one step


def test_escape_leaves_a_drag_as_it_was(stage: Page) -> None:
    x, y = middle(stage.get_by_role("button", name=CENTRE))
    stage.mouse.move(x, y)
    stage.mouse.down()
    stage.mouse.move(x - 50, y)
    stage.keyboard.press("Escape")
    stage.mouse.up()
    assert stage.get_by_role("button", name=CENTRE).get_attribute("aria-label") == "centre of b, mean x 2.5, mean y 0"
    expect(stage.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_finger_drags(stage: Page) -> None:
    handle = stage.get_by_role("button", name=CENTRE)
    drag_by_finger(stage, *middle(handle))
    expect(handle).not_to_have_attribute("aria-label", "centre of b, mean x 2.5, mean y 0")
    assert numbers(stage)[1] > 0


def test_everything_by_keys_alone(stage: Page) -> None:
    handle = stage.get_by_role("button", name=CENTRE)
    handle.focus()
    stage.keyboard.press("ArrowRight")
    step = numbers(stage)[0] - 2.5
    stage.keyboard.press("Shift+ArrowUp")
    assert step > 0 and numbers(stage)[1] == pytest.approx(10 * step)
    width = stage.get_by_role("slider", name=re.compile("^width of b,"))
    width.focus()
    stage.keyboard.press("ArrowUp")
    expect(width).to_have_attribute("aria-valuetext", f"width {1 + step:g}")
    stage.keyboard.press("n")
    expect(stage.get_by_role("button", name=re.compile("^centre of b #2,"))).to_be_focused()
    stage.keyboard.press("l")
    expect(stage.get_by_role("textbox", name="label")).to_have_value("")
    stage.keyboard.press("Delete")
    expect(stage.get_by_role("button", name=re.compile("^centre of "))).to_have_count(2)


def test_a_typed_number_moves_the_handle_and_a_wrong_one_is_said(stage: Page) -> None:
    handle = stage.get_by_role("button", name=CENTRE)
    handle.focus()
    box = stage.get_by_role("textbox", name="mean x")
    box.fill("0,5")
    box.press("Enter")
    expect(handle).to_have_attribute("aria-label", re.compile(r"mean x 0\.5"))
    weight = stage.get_by_role("textbox", name="weight")
    weight.fill("-1")
    weight.press("Enter")
    expect(stage.get_by_text("weight: found \u22121; it must be above 0 and at most 1e12.")).to_be_visible()
    expect(weight).to_have_attribute("aria-invalid", "true")


def test_rows_that_are_pasted_are_points_under_a_brush(stage: Page) -> None:
    stage.get_by_text("Paste points").click()
    rows = stage.get_by_role("textbox", name=re.compile("^rows of points"))
    rows.fill("x, y, label\n0.5, 1.2, a\n-1, 0, b\n1, oops, b")
    stage.get_by_role("button", name="Make them the target").click()
    expect(stage.get_by_text('row 4: found "oops" in column 2')).to_be_visible()
    rows.fill("0.5, 1.2, a\n-1, 0, b")
    stage.get_by_role("button", name="Make them the target").click()
    expect(stage.get_by_text("2 points", exact=True)).to_be_visible()
    stage.get_by_role("button", name="Brush in").click()
    stage.get_by_role("button", name=re.compile("^centre of the brush")).focus()
    stage.keyboard.press("Enter")
    expect(stage.get_by_text("5 points", exact=True)).to_be_visible()
    stage.mouse.move(*middle(stage.locator(".gv-ground").first), steps=3)
    stage.mouse.down()  # in the middle of the brush, which came along
    stage.mouse.up()
    expect(stage.get_by_text("8 points", exact=True)).to_be_visible()


def test_the_page_opens_what_was_edited_on_the_stage(visit: Any) -> None:
    page = visit(f"/?scene={to_link(SMALL)}")
    shown = player(page)
    refined(page)
    shown.evaluate("node => { node.isTheSame = true }")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("button", name=CENTRE).focus()
    page.keyboard.press("Shift+ArrowUp")
    before = page.url
    expect(page).not_to_have_url(before)
    expect(page.locator(".gv-stale")).to_have_count(0)  # the server's numbers are there
    refined(page)
    header = shown.evaluate("node => JSON.stringify(node.gdviz.experiment())")
    mean = json.loads(header)["target"]["components"][1]["mean"]
    assert mean[0] == 1 and mean[1] > 0
    assert numbers(page) == mean
    assert shown.evaluate("node => node.isTheSame === true"), "the player was made anew"
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name=CENTRE)).to_have_attribute("aria-label", "centre of b, mean x 1, mean y 0")


def test_a_reward_is_painted_and_the_scene_runs(visit: Any) -> None:
    nothing_known = {"kind": "reward", "reward": {"kind": "expression", "expression": "1"}}
    scene = {**SMALL, "guidance": nothing_known, "w": [0, 1, 2], "sampler": {"kind": "ddpm", "steps": 20}}
    page = visit(f"/?scene={to_link(scene)}")
    refined(page)
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("button", name="Paint", exact=True).click()
    x, y = middle(page.locator(".gv-ground").first)
    page.mouse.move(x + 60, y - 60)
    page.mouse.down()
    page.mouse.move(x + 60, y + 60, steps=6)
    began = guiding(page)["of"]["rows"]
    page.mouse.move(x + 70, y + 60, steps=2)
    assert guiding(page)["of"]["rows"] != began  # it is drawn while the hand is down
    page.mouse.up()
    expect(page.get_by_text("The dots follow with the server's answer")).to_be_visible()
    expect(page.locator(".gv-stale")).to_have_count(0)  # the server's numbers are there
    rows = player(page).evaluate("node => node.gdviz.state.scenes[0].header.rows")
    means = [row["mean_reward"] for row in rows]
    assert 1 < means[0] < means[1] < means[2] < math.exp(3)
    page.keyboard.press("Control+z")
    assert guiding(page)["kind"] == "expression"
