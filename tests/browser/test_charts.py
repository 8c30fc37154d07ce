"""The charts beside the stage: what they draw, that only the marker moves, and that they can be read without eyes or mouse."""

from __future__ import annotations

from typing import Any

import pytest
from chart_rows import charts_page, make_header, make_row, stand_in_rows
from playwright.sync_api import Page, expect

MAKE = """() => {
  window.picked = [];
  const onPickW = (w) => picked.push(w);
  window.charts = $charts.createCharts(document.getElementById("column"), {scenes, theme: $theme.THEMES.light, onPickW});
}"""


def open_charts(page: Page, scenes: list[dict[str, Any]], width: int = 420) -> list[str]:
    """Draw the scenes' charts; returns the list that any script error is added to."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(charts_page(scenes, width))
    page.evaluate(MAKE)
    return errors


def select(page: Page, *selection: dict[str, Any]) -> None:
    page.evaluate("(selection) => charts.setSelection(selection)", list(selection))


def at(w: float, index: int, scene: int = 0, interpolated: bool = False) -> dict[str, Any]:
    return {"scene": scene, "w": w, "wIndex": index, "interpolated": interpolated}


def centre(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def heavy_row(w: float, value: float) -> dict[str, Any]:
    tail = {"k_hat": 0.9, "top_share": 0.6, "reliable": False}
    return make_row(w, particles=4000, mean_reward=0.6, se_reward=0.01, mean_reciprocal=value, se_reciprocal=0.1, tail=tail)


def light_row(w: float, value: float) -> dict[str, Any]:
    means = {"mean_reward": 0.6 + w / 10, "se_reward": 0.01, "mean_reciprocal": value, "se_reciprocal": 0.01}
    return make_row(w, particles=4000, **means, tail={"reliable": True})


def test_four_charts_with_words_and_tables(page: Page) -> None:
    errors = open_charts(page, [make_header(stand_in_rows())])
    select(page, at(0, 0), at(2, 4))
    labels = page.locator("svg[role=img]").evaluate_all("(all) => all.map((svg) => svg.getAttribute('aria-label'))")
    assert len(labels) == 4
    assert labels[1] == (
        "mean of 1 / p(b | x) over guidance scale w (logarithmic axis), 7 computed values: "
        "from 1.994 ± 0.007 at w = 0 to 1.1938 ± 0.0026 at w = 10; exact value 2 at w = 0."
    )
    assert page.locator("[data-chart=reciprocal] table tbody tr").count() == 7
    assert page.locator("[data-chart=improved] table tbody tr").count() == 6  # w = 0 has nothing to compare
    word = page.locator("[data-chart=reciprocal] .gv-term")
    hint = page.locator(f"[id={word.get_attribute('aria-describedby')}]").text_content()
    assert hint == "How many times you would ask a random labeller before hearing b."
    assert page.locator("[data-chart=reward] .gc-label").text_content() == "guidance scale w (log)"
    assert errors == []


def test_exact_value_tangent_and_step_bars_where_they_are_known(page: Page) -> None:
    header = make_header(stand_in_rows())
    header["exact"] |= {"mean_reward_w0": 0.534, "mean_reward_w1": 0.571}
    open_charts(page, [header])
    assert page.locator("[data-chart=reciprocal] .gc-exact").count() == 1
    assert page.locator("[data-chart=reciprocal] .gc-tangent").count() == 1
    assert page.locator("[data-chart=reward] .gc-exact").count() == 2
    assert page.locator("[data-chart=reward] .gc-exact.gc-dashed").count() == 1
    assert page.locator("[data-chart=reward] .gc-tangent").count() == 0  # no slope known
    assert page.locator("[data-chart=reciprocal] .gc-area .gc-step").count() == 7
    assert page.locator("[data-chart=improved] .gc-area .gc-step").count() == 0


def test_the_band_is_1_96_standard_errors_wide(page: Page) -> None:
    rows = [make_row(w, mean_reward=value, se_reward=0.5) for w, value in ((0, 0.0), (1, 10.0))]
    open_charts(page, [make_header(rows, exact={})])
    top, bottom, step = page.evaluate("""() => {
      const area = document.querySelector("[data-chart=reward] .gc-area");
      const marks = [...area.querySelectorAll(".gc-point")].map((c) => Number(c.getAttribute("cy")));
      const path = area.querySelector(".gc-band").getAttribute("d");
      const ys = [...path.matchAll(/[ML]\\S+ (\\S+?)(?=[LZ]|$)/g)].map((m) => Number(m[1]));
      return [marks[0] - ys[0], ys[3] - marks[0], marks[0] - marks[1]];
    }""")
    assert top == pytest.approx(step * 0.98 / 10, abs=0.02)
    assert bottom == pytest.approx(step * 0.98 / 10, abs=0.02)


def test_moving_w_moves_only_the_marker(page: Page) -> None:
    open_charts(page, [make_header(stand_in_rows())])
    select(page, at(0, 0), at(1, 3))
    before = page.evaluate("""() => {
      window.changed = [];
      const note = (m) => changed.push([m.type, m.target.getAttribute("class") || m.target.tagName]);
      const watch = new MutationObserver((list) => list.forEach(note));
      const all = {childList: true, attributes: true, subtree: true};
      document.querySelectorAll(".gc-area").forEach((area) => watch.observe(area, all));
      return document.querySelector("[data-chart=reward] .gc-rule").getBoundingClientRect().x;
    }""")
    select(page, at(0, 0), at(5, 5))
    page.evaluate("() => new Promise(requestAnimationFrame)")
    changed = page.evaluate("() => changed")
    assert changed, "nothing moved"
    moved = ("gc-rule", "gc-marker", "gc-live-bar")
    assert [one for one in changed if one[0] != "attributes" or not one[1].startswith(moved)] == []
    assert page.evaluate("document.querySelector('[data-chart=reward] .gc-rule').getBoundingClientRect().x") > before
    marker = centre(page, "[data-chart=reciprocal] .gc-marker:not(.gc-other)")
    point = centre(page, "[data-chart=reciprocal] button[data-w='5']")
    assert marker == pytest.approx(point, abs=1.0)


def test_between_computed_values_there_are_no_numbers(page: Page) -> None:
    open_charts(page, [make_header(stand_in_rows())])
    select(page, at(0, 0), at(1, 3))
    assert "0.5704" in page.locator(".gc-readouts").inner_text()
    select(page, at(0, 0), at(1.4, 3, interpolated=True))
    said = page.locator(".gc-readouts").inner_text()
    assert "between computed values" in said
    assert "±" not in page.locator(".gc-readouts tbody").inner_text()
    assert page.locator("[data-chart=reward] .gc-marker.gc-hollow:not(.gc-other)").count() == 1
    select(page, at(0, 0), at(1, 3))
    assert "0.5704" in page.locator(".gc-readouts").inner_text()


def test_heavy_tail_has_no_band_an_open_point_and_a_note(page: Page) -> None:
    rows = [heavy_row(0, 777.0), light_row(1, 1.5), light_row(2, 1.2), light_row(3, 1.1)]
    open_charts(page, [make_header(rows, exact={"mean_reciprocal_w0": 3.0})])
    chart = page.locator("[data-chart=reciprocal]")
    expect(chart.locator(".gc-note")).to_contain_text("○ 1/p too heavy-tailed to estimate from 4000 samples (w = 0)")
    assert chart.locator(".gc-open").count() == 1
    band = chart.locator(".gc-area .gc-band").bounding_box()
    assert band is not None
    first = centre(page, "[data-chart=reciprocal] button[data-w='1']")[0]
    assert band["x"] == pytest.approx(first, abs=1.5)  # starts at the first mean that can be estimated
    line = chart.locator(".gc-area .gc-line").bounding_box()
    assert line is not None
    assert line["x"] == pytest.approx(first, abs=2.5)
    ticks = chart.locator(".gc-tick").all_text_contents()
    assert max(float(text) for text in ticks) < 10  # 777 does not stretch the axis
    assert "not estimable from 4000 samples" in (chart.locator("svg[role=img]").get_attribute("aria-label") or "")
    select(page, at(0, 0))
    assert "777" not in page.locator(".gc-readouts").inner_text()


def test_a_missing_row_leaves_a_gap(page: Page) -> None:
    rows = [light_row(w, 1.5 - w / 10) for w in (0, 1, 2, 3, 4)]
    rows[2]["mean_reward"] = None
    open_charts(page, [make_header(rows, exact={})])
    assert page.locator("[data-chart=reward] .gc-area .gc-line").count() == 2
    assert page.locator("[data-chart=reciprocal] .gc-area .gc-line").count() == 1
    assert page.locator("[data-chart=trace]").is_hidden()  # no spread in any row
    assert page.locator("[data-chart=improved]").is_hidden()


def test_points_answer_pointer_and_keyboard(page: Page) -> None:
    open_charts(page, [make_header(stand_in_rows())])
    page.evaluate("() => addEventListener('keydown', (event) => { window.leaked = event.key; })")
    page.locator("[data-chart=reciprocal] button[data-w='5']").click()
    assert page.evaluate("picked") == [5]
    tooltip = page.locator(".gc-tooltip")
    assert "1.465 ± 0.005" in tooltip.inner_text()
    page.keyboard.press("ArrowLeft")
    assert "w = 2" in tooltip.inner_text()
    page.keyboard.press("Enter")
    assert page.evaluate("picked") == [5, 2]
    assert page.evaluate("window.leaked") is None  # the player's own keys stay out of it
    stops = page.locator("[data-chart=reciprocal] button[tabindex='0']")
    assert stops.count() == 1
    x, y = centre(page, "[data-chart=reward] button[data-w='0.5']")
    page.mouse.click(x + 3, y + 40)  # beside the point: the nearest w answers
    assert page.evaluate("picked") == [5, 2, 0.5]


def test_w_in_any_order_and_negative(page: Page) -> None:
    errors = open_charts(page, [make_header([light_row(w, 1.5 - w / 10) for w in (2, -1, 0, 1)], exact={})])
    select(page, at(-1, 1))
    read = "(all) => all.map((b) => [Number(b.dataset.w), parseFloat(b.style.left)])"
    places = page.locator("[data-chart=reward] button").evaluate_all(read)
    assert [w for w, _ in places] == [-1, 0, 1, 2]
    assert [x for _, x in places] == sorted(x for _, x in places)
    assert "at w = −1" in page.locator(".gc-readouts").inner_text()
    assert errors == []


def test_other_scenes_are_thin_lines_and_axes_stay(page: Page) -> None:
    shifted = [{**row, "mean_reward": row["mean_reward"] + 0.05} for row in stand_in_rows()]
    open_charts(page, [make_header(stand_in_rows()), make_header(shifted, id="other")])
    select(page, at(0, 0, scene=0), at(2, 4, scene=0))
    ticks = page.locator("[data-chart=reward] .gc-tick").all_text_contents()
    assert len(ticks) > 6
    assert page.locator("[data-chart=reward] .gc-area .gc-muted").count() == 0
    select(page, at(2, 4, scene=0), at(2, 4, scene=1))
    assert page.locator("[data-chart=reward] .gc-area .gc-muted").count() == 1
    assert page.locator("[data-chart=reward] .gc-tick").all_text_contents() == ticks
    assert "difference" in page.locator(".gc-readouts thead").inner_text()


def test_lettered_panels_read_b_minus_a(page: Page) -> None:
    shifted = [{**row, "mean_reward": row["mean_reward"] + 0.05} for row in stand_in_rows()]
    experiment = {"sampler": {"kind": "ddim", "steps": 400}, "guidance": {"kind": "cfg", "label": "b"}, "seed": 0}
    open_charts(page, [make_header(stand_in_rows()), make_header(shifted, id="other", experiment=experiment)])
    select(page, {**at(2, 4, scene=0), "letter": "A", "primary": True}, {**at(2, 4, scene=1), "letter": "B"})
    assert page.locator(".gc-differs").inner_text() == "B − A: sampler ddpm → ddim"
    assert "+0.0500" in page.locator("[data-key=mean_reward]").inner_text()
    select(page, at(2, 4, scene=0), at(0, 0, scene=0))
    assert page.locator(".gc-differs").inner_text() == "difference from the other panel: w 2 → 0"
    assert "−0.074" in page.locator("[data-key=mean_reward]").inner_text()


def test_new_scenes_replace_the_numbers(page: Page) -> None:
    open_charts(page, [make_header(stand_in_rows())])
    select(page, at(2, 4))
    assert "0.6088" in page.locator(".gc-readouts").inner_text()
    refined = [{**row, "mean_reward": row["mean_reward"] + 0.05} for row in stand_in_rows()]
    page.evaluate("(next) => charts.setScenes(next)", [make_header(refined)])
    assert "0.6588" in page.locator(".gc-readouts").inner_text()


@pytest.mark.parametrize("width", [300, 420, 1000])
def test_nothing_overflows_its_column(page: Page, width: int) -> None:
    page.set_viewport_size({"width": 1100, "height": 800})
    open_charts(page, [make_header(stand_in_rows())], width)
    select(page, at(0, 0), at(2, 4))
    spill = page.evaluate("""() => {
      const column = document.getElementById("column").getBoundingClientRect();
      const inside = [...document.querySelectorAll(".gc-area svg text, .gc-readouts td, .gc-readouts th, figure")];
      return inside.filter((n) => !n.closest(".gc-hidden")).map((n) => n.getBoundingClientRect())
        .filter((r) => r.width && (r.right > column.right + 1 || r.left < column.left - 1)).length;
    }""")
    assert spill == 0


def test_a_scene_that_knows_nothing_exact(page: Page) -> None:
    errors = open_charts(page, [make_header([light_row(0, 1.5), light_row(1, 1.4)], exact=None, laws=None)])
    select(page, at(1, 1))
    assert page.locator(".gc-area .gc-exact").count() == 0
    assert page.locator("figure:visible").count() == 2
    assert errors == []


EMPTY = [[], [make_header([])], [make_header([make_row(0)])], [make_header([make_row(0), make_row(1e6)], exact=None, laws=None)]]


@pytest.mark.parametrize("scenes", EMPTY)
def test_empty_scenes_draw_nothing_and_break_nothing(page: Page, scenes: list[dict[str, Any]]) -> None:
    errors = open_charts(page, scenes)
    select(page, at(0, 0))
    page.evaluate("() => { charts.resize(); charts.setTheme($theme.THEMES.dark); charts.setScenes(scenes); }")
    assert page.locator("figure:visible").count() == 0
    page.evaluate("() => charts.destroy()")
    assert page.locator(".gdviz-charts").count() == 0
    assert errors == []


def test_the_exact_law_is_a_solid_line_where_it_is_known(page: Page) -> None:
    header = make_header(stand_in_rows())
    header["exact"] |= {"law": [{"w": w, "mean_reward": 0.53 + w / 30, "mean_reciprocal": 2 - w / 12} for w in (0, 1, 3, 10)]}
    errors = open_charts(page, [header])
    for chart in ("reward", "reciprocal"):
        (line,) = page.locator(f"[data-chart={chart}] .gc-law").all()
        assert line.get_attribute("d").count("L") == 3
        assert line.evaluate("(line) => getComputedStyle(line).strokeDasharray") == "none"
    assert page.locator("[data-chart=improved] .gc-law").count() == 0
    assert page.locator(".gc-legend").get_by_text("exact law of the guided sampler").is_visible()
    assert errors == []


def test_without_the_exact_law_there_is_no_line_and_no_word_of_it(page: Page) -> None:
    open_charts(page, [make_header(stand_in_rows())])
    assert page.locator("[data-chart=reward] .gc-law").count() == 0
    assert page.locator(".gc-legend").get_by_text("exact law of the guided sampler").is_hidden()
