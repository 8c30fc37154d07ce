"""Every page for those who see it otherwise: through a screen reader, in the dark, by keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import IN_CI
from exploring import player
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(file.stem for file in (ROOT / "pages").glob("[!_]*.py") if file.stem != "explore")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
LEFT_OUT = [".cartesianlayer .plot"]  # thousands of marks without a word; the chart's alt text tells of them
MILD = {"minor"}  # Streamlit's own: its file uploader is a section of role "presentation" with a label

# Where the keyboard is: the name of what has the focus, and the looks of it and of what is around it.
FOCUS = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const shown = ["outline", "boxShadow", "borderColor", "backgroundColor", "stroke", "textDecoration"];
  const looks = (part) => shown.map((name) => getComputedStyle(part)[name]).join();
  const above = (part, levels) => part && levels ? [part, ...above(part.parentElement, levels - 1)] : [];
  const chain = (part) => [...[...part.children].slice(0, 5), ...above(part, 4)].map(looks).join("|");
  const { last } = window, drawn = last?.part.tagName === "CANVAS"; // a table draws its own
  const plain = last && !drawn && last.part !== at && last.part.isConnected && chain(last.part) === last.looks;
  const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? at.innerText ?? "";
  const unseen = plain ? last.name : "";
  window.last = { part: at, looks: chain(at), name: `${at.tagName} ${name}` };
  return [name, at.getAttribute("role") ?? at.tagName.toLowerCase(), unseen];
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The checker's source."""
    file = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not file.exists():
        reason = "no axe-core in node_modules (npm ci)"
        if IN_CI:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return file.read_text(encoding="utf-8")


def violations(page: Page, axe: str, rules: dict[str, Any]) -> list[str]:
    """What the checker finds, a line a node."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{axe}\n;0")
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("([exclude, options]) => axe.run({ exclude }, options)", [LEFT_OUT, options])
    return [
        f"{page.url} {one['impact']} {one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] not in MILD
        for node in one["nodes"]
    ]


def open_by_menu(page: Page, name: str) -> None:
    """Go to a page as a reader does, without loading the program anew."""
    link, before = page.locator(f"a[href$='/{name}']").first, page.get_by_role("heading", level=1).inner_text()
    if not link.is_visible():
        page.get_by_role("button", name="Lab").click()
    link.click()
    expect(page).to_have_url(re.compile(f"/{name}"))
    expect(page.get_by_role("heading", level=1)).not_to_have_text(before)


@pytest.mark.parametrize("names", [["curves"], pytest.param(PAGES, marks=pytest.mark.verify)], ids=["two", "all"])
def test_no_page_has_a_violation_in_light_or_dark(visit: Visit, axe: str, names: list[str]) -> None:
    page = visit("/")
    player(page)
    found: list[str] = []
    for name in ["", *names]:
        if name:
            open_by_menu(page, name)
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)  # each chart and box is in its place
        page.emulate_media(color_scheme="light")
        found += violations(page, axe, {"type": "tag", "values": RULES})
        page.emulate_media(color_scheme="dark")
        expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", "dark")
        found += violations(page, axe, {"type": "rule", "values": ["color-contrast"]})
    assert found == []


def tab_to(page: Page, name: str | re.Pattern[str], role: str, key: str = "Tab") -> None:
    """Press a key until what is asked for has the focus; whatever has it on the way must look different from without."""
    for _ in range(90):
        page.keyboard.press(key)
        now, kind, unseen = page.evaluate(FOCUS)
        assert not unseen, f"the focus cannot be seen on {unseen}"
        if kind == role and (name.search(now) if isinstance(name, re.Pattern) else name == now.strip()):
            return
    raise AssertionError(f"{key} does not lead to {name}")


def test_a_whole_visit_by_keys_alone(visit: Visit) -> None:
    page = visit("/?preset=two-moons")
    shown = player(page)
    page.add_style_tag(content="* { transition: none !important; }")  # looks are compared at once

    tab_to(page, "Preset", "combobox")
    page.keyboard.type("both sides")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(shown.locator(".gv-heading")).to_contain_text("both sides")
    w, frame = (shown.get_attribute(f"data-{name}") for name in ("w", "frame"))

    tab_to(page, "Play", "button")
    page.keyboard.press("Space")
    expect(shown).not_to_have_attribute("data-frame", frame or "")
    page.keyboard.press("Space")
    tab_to(page, "guidance scale w", "input")
    page.keyboard.press("ArrowRight")
    expect(shown).not_to_have_attribute("data-w", w or "")

    tab_to(page, "Edit", "button")
    page.keyboard.press("Enter")
    tab_to(page, re.compile("^centre of"), "button", "Shift+Tab")
    centre = shown.locator(".gv-handle:focus")
    before = centre.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    expect(centre).not_to_have_attribute("aria-label", before or "")
    expect(page).to_have_url(re.compile("target"))
    expect(shown.locator(".gv-stale")).to_have_count(0)  # it was run

    tab_to(page, re.compile("Share"), "button", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stPopoverBody").locator("code").first).to_contain_text("preset=surrounded-class")
    page.keyboard.press("Escape")
    tab_to(page, re.compile("Curves of this scene"), "a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/curves\?scene="))
