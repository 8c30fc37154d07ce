"""The player in Chromium, as one HTML file opened from disk with every request refused."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from player.fake_scene import LADDER, fake_scene
from playwright.sync_api import Browser, Locator, Page, expect

from gdviz.player import Scene, pack_scene, standalone_html, unpack_scene
from gdviz.player.bundle import WEB
from gdviz.player.law_field import LawField
from gdviz.player.modules import link

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def plane() -> Scene:
    return fake_scene(2, n=400, frames=30, steps=60)


@pytest.fixture(scope="module")
def line() -> Scene:
    return fake_scene(1, n=400, frames=30, steps=60)


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open scenes in a fresh browser profile; fails at the end if the page met an error or asked the network."""
    contexts, complaints = [], []

    def open_page(scenes: list[Scene | bytes], selection: dict[str, Any] | None = None, query: str = "", **options: Any) -> Page:
        packed = [scene if isinstance(scene, bytes) else pack_scene(scene) for scene in scenes]
        file = tmp_path / "scene.html"
        file.write_text(standalone_html(packed, selection), encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 1300, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: complaints.append(request.url) if not request.url.startswith("file:") else None)
        page.goto(f"{file.as_uri()}{query}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def player(page: Page) -> Locator:
    return page.get_by_test_id("player")


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def colours(page: Page, panel: int) -> dict[str, int]:
    """Pixels of a panel's canvas near the two colours that name no guidance and guided."""
    count = """(canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const near = (i, [r, g, b]) => Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 60;
        let none = 0, guided = 0;
        for (let i = 0; i < data.length; i += 4) { none += near(i, [0, 114, 178]); guided += near(i, [213, 94, 0]); }
        return { none, guided };
    }"""
    found: dict[str, int] = page.locator("canvas").nth(panel).evaluate(count)
    return found


def dark(page: Page, panel: int) -> int:
    """Pixels of a panel's canvas that are next to black: exact laws."""
    count = """(canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let found = 0;
        for (let i = 0; i < data.length; i += 4) found += Math.max(data[i], data[i + 1], data[i + 2]) < 80;
        return found;
    }"""
    found: int = page.locator("canvas").nth(panel).evaluate(count)
    return found


def test_it_plays_by_itself_rests_at_the_end_and_starts_again(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"speed": 4})
    expect(player(page)).to_have_attribute("data-frame", "29", timeout=8000)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(player(page)).not_to_have_attribute("data-frame", "29", timeout=8000)


def test_two_panels_name_their_laws_and_show_their_colours(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 29, "w": 3})
    first, second = page.locator("canvas").all()
    expect(first).to_have_attribute("aria-label", "no guidance (w = 0): samples p(x | b); 400 particles at step 60 of 60")
    expect(second).to_have_attribute("aria-label", "w = 3: toward p(x | b), away from p(x); 400 particles at step 60 of 60")
    unguided, guided = colours(page, 0), colours(page, 1)
    assert unguided["none"] > 400 and unguided["guided"] == 0
    assert guided["guided"] > 400 and guided["none"] == 0


def test_arrow_keys_step_through_computed_w_and_time(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 10, "w": 0})
    scale = slider(page, "guidance scale w")
    for w in LADDER[1:]:
        scale.press("ArrowRight")
        expect(player(page)).to_have_attribute("data-w", str(w))
    scale.press("ArrowRight")
    expect(player(page)).to_have_attribute("data-w", "10")
    scale.press("ArrowLeft")
    expect(player(page)).to_have_attribute("data-w", "6")
    expect(player(page)).to_have_attribute("data-frame", "10")
    slider(page, "denoising time").press("ArrowRight")
    expect(player(page)).to_have_attribute("data-frame", "11")


def test_the_keyboard_plays_and_steps(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 5, "w": 1})
    page.locator(".gv-panels").focus()
    page.keyboard.press("ArrowRight")
    expect(player(page)).to_have_attribute("data-frame", "6")
    page.keyboard.press("]")
    expect(player(page)).to_have_attribute("data-w", "1.4")
    page.keyboard.press("End")
    expect(player(page)).to_have_attribute("data-frame", "29")
    page.keyboard.press("Home")
    expect(player(page)).to_have_attribute("data-frame", "0")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_drag_interpolates_close_neighbours_only_and_snaps_on_release(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 29, "w": 0})
    scale = slider(page, "guidance scale w")
    drag = "(input, position) => { input.value = position; input.dispatchEvent(new Event('input')); }"
    scale.evaluate(drag, 1.5)  # between 0.25 and 0.5
    expect(player(page)).to_have_attribute("data-w", "0.375")
    expect(page.locator(".gv-panel").nth(1)).to_contain_text("interpolated")
    scale.evaluate(drag, 10.4)  # between 4 and 6: too far apart
    expect(player(page)).to_have_attribute("data-w", "4")
    scale.evaluate(drag, 1.6)
    scale.evaluate("(input) => input.dispatchEvent(new Event('change'))")
    expect(player(page)).to_have_attribute("data-w", "0.5")
    expect(page.locator(".gv-panel").nth(1).get_by_text("interpolated")).to_be_hidden()


def test_the_browser_reads_the_same_positions_as_python(open_page: Open, plane: Scene) -> None:
    paths = plane.paths.copy()
    paths[3, 4:, 5] = np.nan
    scene = dataclasses.replace(plane, paths=paths)
    page = open_page([scene], {"frame": 0})
    page.add_script_tag(content=_modules())
    b64 = page.locator('script[type="application/x-gdviz-scene"]').text_content()
    values = page.evaluate(
        """async (b64) => {
            const scene = await $decode.decodeScene(Uint8Array.from(atob(b64), (c) => c.charCodeAt(0)));
            const out = [];
            for (const w of [0, 0.75, 10]) for (const frame of [0, 17, 29]) {
                const positions = $motion.particlePositions(scene, $motion.locateW(scene, w), frame, 40, new Float32Array(80));
                out.push([...positions].map((v) => Number.isNaN(v) ? null : v));
            }
            return out;
        }""",
        b64,
    )
    found = np.array(values, dtype=float).reshape(3, 3, 40, 2)
    read = unpack_scene(pack_scene(scene)).paths
    expected = read[[LADDER.index(0), LADDER.index(0.75), LADDER.index(10)]][:, [0, 17, 29], :40]
    assert np.allclose(found, expected, atol=1e-5, equal_nan=True) and np.isnan(found).any()


def _modules() -> str:
    """The player's modules within reach of the test."""
    return link(WEB, "decode.js", "motion.js", "mount.js")


def test_mounted_again_the_player_goes_on_and_destroyed_it_is_made_anew(open_page: Open, plane: Scene, line: Scene) -> None:
    page = open_page([plane, line], {"frame": 5, "w": 1})
    page.add_script_tag(content=_modules())
    found = page.evaluate(
        """async () => {
            const scenes = [...document.querySelectorAll("[data-scene]")].map((node) =>
                Uint8Array.from(atob(node.textContent), (c) => c.charCodeAt(0)));
            const host = document.body.appendChild(document.createElement("div"));
            const drawn = async (panels) => {
                while (host.querySelectorAll("canvas").length !== panels) await new Promise(requestAnimationFrame);
                return host.querySelector(".gv").dataset.w;
            };
            const first = $mount.mount(host, scenes[0], { selection: { frame: 3, w: 3 } });
            const ws = [await drawn(2)];
            const same = $mount.mount(host, scenes[0].buffer, { selection: { w: 0 } });
            ws.push(await drawn(2));
            const other = $mount.mount(host, scenes[1]);  // another scene keeps the view
            await new Promise((done) => setTimeout(done, 500));
            ws.push(await drawn(2));
            other.destroy();
            const empty = host.childElementCount;
            const anew = $mount.mount(host, scenes[0], { selection: { frame: 3, w: 0.5 } });
            ws.push(await drawn(2));
            anew.destroy();
            return { ws, empty, same: [first === same, same === other, other === anew] };
        }"""
    )
    assert found == {"ws": ["3", "3", "3", "0.5"], "empty": 0, "same": [True, True, False]}


def test_copies_become_panels_up_to_four_and_can_be_removed(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 29, "w": 1})
    page.get_by_role("button", name="copy to B").click()
    slider(page, "guidance scale w").press("End")
    slider(page, "guidance scale w").press("ArrowLeft")
    page.get_by_role("button", name="copy to C").click()
    expect(page.locator("canvas")).to_have_count(4)
    expect(page.locator(".gv-panel").nth(2)).to_contain_text("w = 1")
    expect(page.get_by_role("button", name="four panels")).to_be_disabled()
    page.get_by_role("button", name="remove panel").first.click()
    expect(page.locator("canvas")).to_have_count(3)


def test_a_copy_keeps_its_w_until_it_is_told_to_follow(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 29, "w": 1})
    page.get_by_role("button", name="copy to B").click()
    copy, follow = page.locator(".gv-panel").nth(2), page.get_by_label("follow w in panel B")
    scale = slider(page, "guidance scale w")
    expect(follow).not_to_be_checked()
    scale.press("ArrowRight")
    expect(copy).to_contain_text("w = 1:")
    expect(copy).to_contain_text("A → B: w 1.4 → 1")
    follow.check()
    expect(copy).to_contain_text("w = 1.4:")
    scale.press("ArrowRight")
    expect(copy).to_contain_text("w = 1.8:")
    assert "_&" not in page.url and page.url.endswith("_")  # the link remembers that it follows
    follow.uncheck()
    scale.press("ArrowLeft")
    expect(copy).to_contain_text("w = 1.8:")


def test_copies_on_shared_noise_read_paired_differences(open_page: Open, plane: Scene) -> None:
    rng = np.random.default_rng(0)
    log_reward = -rng.exponential(0.5, (len(LADDER), 400)) * np.linspace(1, 0.2, len(LADDER))[:, None]
    log_reward[LADDER.index(3), 7] = np.nan
    scene = dataclasses.replace(plane, log_reward=log_reward.astype(np.float32))
    page = open_page([scene], {"frame": 29, "w": 3})
    page.get_by_role("button", name="copy to B").click()
    for _ in range(2):
        slider(page, "guidance scale w").press("ArrowLeft")
    page.get_by_text("Numbers", exact=True).click()
    a, b = (log_reward[LADDER.index(w)].astype(np.float32).astype(float) for w in (2.2, 3))
    gap = (np.exp(b) - np.exp(a))[np.isfinite(b)]
    value, _, half = page.locator("[data-key=mean_reward] td").last.inner_text().replace("−", "-").split(" ")
    assert float(half) == pytest.approx(1.96 * gap.std(ddof=1) / len(gap) ** 0.5, rel=0.05)
    assert float(value) == pytest.approx(gap.mean(), abs=float(half) / 10)
    expect(page.locator(".gc-readouts thead")).to_contain_text("paired, 399 shown particles")
    expect(page.locator("[data-key=spread]")).to_contain_text("unpaired")
    expect(page.locator("[data-key=better]")).to_contain_text("better in B than in A")


@pytest.mark.parametrize("width", [390, 900, 1300])
def test_nothing_jumps_when_the_scene_arrives_or_w_moves(open_page: Open, plane: Scene, width: int) -> None:
    page = open_page([plane], {"frame": 29, "w": 1}, viewport={"width": width, "height": 800})
    controls = "() => document.querySelector('.gv-legend').getBoundingClientRect().bottom + scrollY"
    more = "() => document.querySelector('.gv-more').getBoundingClientRect().top + scrollY"
    places = set()
    for _ in LADDER:
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")  # for the words
        places.add(page.evaluate(more))
        slider(page, "guidance scale w").press("ArrowRight")
    assert len(places) == 1
    after = page.evaluate(controls)
    page.add_script_tag(content=_modules())
    page.evaluate("() => { const host = document.getElementById('gdviz'); host.replaceChildren(); $player.createPlayer(host); }")
    assert page.evaluate(controls) == pytest.approx(after, abs=24)  # within a line: the legend or the title may wrap


def test_it_follows_the_page_s_theme_at_once(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 3})
    for background, text, shown in (("#14181d", "#e6eaee", "rgb(20, 24, 29)"), ("#ffffff", "#1b1f24", "rgb(255, 255, 255)")):
        for name, colour in (("background", background), ("text", text)):
            page.evaluate(
                "([name, colour]) => document.documentElement.style.setProperty(name, colour)", [f"--st-{name}-color", colour]
            )
        expect(player(page)).to_have_css("background-color", shown)
        corner = page.locator("canvas").first.evaluate("(c) => c.getContext('2d').getImageData(1, 1, 1, 1).data[0]")
        assert (corner < 60) == (background == "#14181d")


def test_the_address_reopens_the_view(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 8, "w": 1.8})
    slider(page, "guidance scale w").press("ArrowRight")
    page.get_by_role("button", name="copy to B").click()
    page.get_by_text("More", exact=True).click()
    page.get_by_label("arrows: base").check()
    assert "view=w2.2*f8" in page.url
    page.reload()
    expect(player(page)).to_have_attribute("data-w", "2.2")
    expect(player(page)).to_have_attribute("data-frame", "8")
    expect(page.locator("canvas")).to_have_count(3)
    page.get_by_text("More", exact=True).click()
    expect(page.get_by_label("arrows: base")).to_be_checked()


@pytest.mark.parametrize("view", ["", "w*f*v", "wNaN*f-7*v0*rnothing*dnone*cgoal:none*p_*px", "w1e9*f1e9"])
def test_a_damaged_link_still_opens(open_page: Open, plane: Scene, view: str) -> None:
    page = open_page([plane], query=f"?view={view}")
    expect(player(page)).to_have_attribute("data-w", "10" if "1e9" in view else "1.8")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_following_a_particle_shows_it_and_its_pair(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 29, "w": 3})
    before = colours(page, 1)["none"]
    canvas = page.locator("canvas").nth(1)
    box = canvas.bounding_box()
    assert box
    x, y = map(float, plane.paths[LADDER.index(3), -1, 0])
    span = min(box["width"] - 40, box["height"] - 30) / 8.4  # the scene's axes run from -4.2 to 4.2, inside the margins
    canvas.click(position={"x": 34 + (box["width"] - 40) / 2 + span * x, "y": 6 + (box["height"] - 30) / 2 - span * y})
    expect(page.get_by_text("from its pair").first).to_be_visible()
    assert colours(page, 1)["none"] > before + 20  # the unguided path of the same noise
    canvas.click(position={"x": 36, "y": 8})
    expect(page.get_by_text("from its pair").first).to_be_hidden()


def test_the_keyboard_walks_through_particles(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 29, "w": 3})
    page.locator(".gv-panels").focus()
    page.keyboard.press(".")
    expect(page.locator(".gv-followed").first).to_contain_text("particle 1 at")
    page.keyboard.press(".")
    expect(page.locator(".gv-followed").first).to_contain_text("particle 2 at")
    page.keyboard.press(",")
    page.keyboard.press(",")
    expect(page.locator(".gv-followed").first).to_contain_text("particle 400 at")
    page.keyboard.press("Escape")
    expect(page.locator(".gv-followed").first).to_be_hidden()


def test_nothing_is_spoken_while_it_plays(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"speed": 4})
    expect(page.locator("[aria-live=polite]")).to_contain_text("Playing", timeout=8000)  # said once
    before = player(page).get_attribute("data-frame")
    page.evaluate("""() => {
        window.spoken = 0;
        const watch = new MutationObserver((list) => { window.spoken += list.length; });
        for (const node of document.querySelectorAll("[aria-live], [role=status], [role=alert], output")) {
            watch.observe(node, { childList: true, characterData: true, subtree: true });
        }
        const slider = document.querySelector("input[type=range]");
        const words = new MutationObserver((list) => { window.spoken += list.length; });
        words.observe(slider, { attributeFilter: ["aria-valuetext"] });
    }""")
    expect(player(page)).not_to_have_attribute("data-frame", before or "")
    page.wait_for_timeout(1500)
    assert page.evaluate("window.spoken") == 0


def test_one_dimension_shows_histogram_and_paths(open_page: Open, line: Scene) -> None:
    page = open_page([line], {"frame": 29, "w": 10})
    orange = """(canvas) => {
        const above = Math.round(0.6 * canvas.height), pen = canvas.getContext("2d");
        const count = (top, height) => {
            const { data } = pen.getImageData(0, top, canvas.width, height);
            let n = 0;
            for (let i = 0; i < data.length; i += 4) n += data[i] > data[i + 2] + 20;
            return n;
        };
        return [count(0, above), count(above, canvas.height - above)];
    }"""
    bars, paths = page.locator("canvas").nth(1).evaluate(orange)
    slider(page, "denoising time").fill("2")
    expect(player(page)).to_have_attribute("data-frame", "2")
    early_bars, early_paths = page.locator("canvas").nth(1).evaluate(orange)
    assert bars > 1000 and early_bars > 1000
    assert paths > 4 * early_paths > 0  # the paths have hardly begun


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_guided_law_is_drawn_named_and_put_away(open_page: Open, dimension: int) -> None:
    """Wherever nothing else is: contours of an empty scene's law, at the w of the slider and not at w = 0."""
    bare = fake_scene(dimension, n=50, frames=5, w=(0, 1), steps=10)
    shape = bare.grids[0].values.shape
    bell = np.exp(-(np.linspace(-4, 4, shape[-1]) ** 2) / 2)
    law = LawField(np.stack([np.zeros(shape) + 1e-9, bell if dimension == 1 else bell * bell[:, None]]), (1e-6, 0.0004))
    scene = dataclasses.replace(bare, law=law)
    page = open_page([scene], {"w": 1, "frame": 4, "overlays": {"contours": "none"}})
    shown = player(page).locator(".gv-legend")
    expect(shown).to_contain_text("law of the guided sampler")
    expect(shown).to_contain_text("refinement error 0.0004")
    expect(page.locator("canvas").nth(1)).to_have_attribute(
        "aria-label", re.compile("solid c.*law of the guided sampler.* 0.0004$")
    )
    before = [dark(page, panel) for panel in (0, 1)]
    page.get_by_text("More", exact=True).click()
    page.get_by_label("guided law").uncheck()
    expect(shown).not_to_contain_text("law of the guided sampler")
    assert "g0" in page.url
    after = [dark(page, panel) for panel in (0, 1)]
    assert before[1] - after[1] > 100 and before[0] - after[0] < before[1] - after[1]


def test_a_scene_without_a_law_says_why(open_page: Open, plane: Scene) -> None:
    page = open_page([dataclasses.replace(plane, law=LawField.none("found three dimensions"))], {"frame": 4})
    page.get_by_text("More", exact=True).click()
    expect(player(page).get_by_text("No law of the guided sampler is drawn: found three dimensions.")).to_be_visible()
    expect(page.get_by_label("guided law")).to_be_hidden()


def test_trails_are_few_by_default_and_fade_while_noise_is_high(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 9, "w": 3})

    def ink(trails: str, frame: int) -> int:
        slider(page, "denoising time").fill(str(frame))
        page.get_by_label("trails").select_option(trails)
        expect(player(page)).to_have_attribute("data-frame", str(frame))
        painted = "(c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.reduce((sum, v) => sum + v, 0)"
        return int(page.locator("canvas").nth(1).evaluate(painted))

    page.get_by_text("More", exact=True).click()
    expect(page.get_by_label("trails")).to_have_value("few")
    jumps = np.linalg.norm(np.diff(plane.paths[LADDER.index(3)], axis=0), axis=-1).mean(-1)
    noisy, calm = 4, 20  # frames: the cloud jumps at first and settles later
    assert jumps[noisy] > 2 * jumps[calm]
    darkening = {(t, f): ink("off", f) - ink(t, f) for t in ("few", "many") for f in (noisy, calm)}
    assert darkening["many", calm] > 2 * darkening["few", calm] > 0
    assert darkening["few", calm] > 2 * darkening["few", noisy]


def test_reduced_motion_waits_at_the_first_frame(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], reduced_motion="reduce")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.wait_for_timeout(700)
    expect(player(page)).to_have_attribute("data-frame", "0")
    page.get_by_role("button", name="Play").click()
    expect(player(page)).not_to_have_attribute("data-frame", "0")


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_it_takes_the_system_s_colours(open_page: Open, plane: Scene, scheme: str, dark: bool) -> None:
    page = open_page([plane], {"frame": 3}, color_scheme=scheme)
    expect(player(page)).to_have_attribute("data-frame", "3")
    corner = page.locator("canvas").first.evaluate("(c) => c.getContext('2d').getImageData(1, 1, 1, 1).data[0]")
    assert (corner < 60) == dark


@pytest.mark.parametrize("width", [360, 700, 1800])
def test_nothing_sticks_out_of_the_page(open_page: Open, plane: Scene, width: int) -> None:
    page = open_page([plane], {"frame": 10}, viewport={"width": width, "height": 800})
    page.get_by_role("button", name="copy to B").click()
    page.get_by_text("More", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.locator("canvas").evaluate_all("(all) => all.map((c) => [c.clientWidth, c.clientHeight])")
    assert len(sizes) == 3 and all(w >= 250 and h >= 150 for w, h in sizes)


def test_a_preview_says_so(open_page: Open, plane: Scene) -> None:
    page = open_page([dataclasses.replace(plane, preview=True)], {"frame": 3})
    expect(page.get_by_text("preview, refining")).to_be_visible()


def test_a_scene_cut_short_is_told_in_one_sentence(open_page: Open, plane: Scene) -> None:
    page = open_page([pack_scene(plane)[:-50]])
    expect(page.get_by_role("alert")).to_have_text("The animation could not be read: the scene is cut short.")


def test_only_w_zero_leaves_one_panel(open_page: Open) -> None:
    page = open_page([fake_scene(2, n=50, frames=5, w=(0,), steps=10)], {"frame": 4})
    expect(player(page)).to_have_attribute("data-w", "0")
    expect(page.locator("canvas")).to_have_count(1)
    expect(slider(page, "guidance scale w")).to_be_disabled()


def test_the_live_region_says_what_is_seen(open_page: Open, plane: Scene) -> None:
    page = open_page([plane], {"frame": 12, "w": 1})
    slider(page, "guidance scale w").press("ArrowRight")
    expect(page.locator("[aria-live=polite]")).to_contain_text("Paused at frame 12 of 29, 2 panels. At w = 1.4", timeout=3000)
