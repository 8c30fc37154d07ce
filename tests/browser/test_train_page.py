"""The Train page in Chromium: a network that is watched, cancelled, resumed, removed, and used on Explore and Curves."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from gdviz.export.link import to_link

Visit = Callable[..., Page]

RECIPE = {"width": 16, "depth": 2, "frequencies": 4, "batch": 32}
SMALL: dict[str, Any] = {
    "target": {
        "kind": "gaussian_mixture",
        "components": [
            {"mean": [-1], "covariance": [[0.4]], "label": "a"},
            {"mean": [1], "covariance": [[0.4]], "label": "b"},
        ],
    },
    "guidance": {"kind": "cfg", "label": "b"},
    "sampler": {"kind": "ddpm", "steps": 30},
    "w": [0, 1],
    "particles": 300,
    "frames": 10,
}
SECONDS = 120  # that a figure may take to be drawn; the workers give way to everything else on a shared machine

# What the loss figure holds; null until it is drawn.
LOSS = """(box) => {
  const plot = box.querySelector(".js-plotly-plot"), trace = plot?._fullData?.find((one) => one.name === "loss, smoothed");
  if (!trace || !plot.querySelector(".scatterlayer .trace")) return null;
  return {x: [...trace.x], y: [...trace.y], range: plot._fullLayout.xaxis.range};
}"""


def scene(steps: int, seed: int = 0, **changes: Any) -> str:
    """A link to a scene on a tiny network."""
    return to_link({**SMALL, "score": {"kind": "network", "recipe": RECIPE, "steps": steps, "seed": seed}, **changes})


def press(place: Page | Locator, name: str) -> None:
    place.get_by_role("button", name=name, exact=True).click()


def box(page: Page, steps: int) -> Locator:
    """The box of the training of so many steps."""
    return page.locator("[class*='st-key-train-'][class*='-box']").filter(has_text=re.compile(rf"\b{steps:,} steps"))


def loss(page: Page, holds: Callable[[dict[str, Any]], bool] = lambda now: True) -> dict[str, Any]:
    """What the loss figure holds, once it is drawn and `holds`."""
    now = None
    for _ in range(5 * SECONDS):
        now = page.locator(".st-key-train-figure-loss").evaluate(LOSS)
        if now is not None and holds(now):
            return now
        page.wait_for_timeout(200)
    raise AssertionError(f"never drawn; the last was {now}")


def field(page: Page, t: str) -> Locator:
    """The figure of the score at a noise variance."""
    return page.get_by_role("figure", name=re.compile(f"noise variance {re.escape(t)}"))


def test_a_training_is_watched_by_all_and_cancelled_resumed_and_removed_by_its_owner(visit: Visit) -> None:
    steps = 300_000  # nobody waits for its end
    page = visit(f"/train?scene={scene(steps)}")
    expect(page.get_by_text("samples of p(x) alone")).to_be_visible()
    press(page, "Train")
    first = loss(page)
    assert first["range"] == [0, steps]
    later = loss(page, lambda now: now["x"][-1] > first["x"][-1])
    assert later["y"][-1] != first["y"][-1]
    for figure in ("error", "field", "samples"):
        expect(page.locator(f".st-key-train-figure-{figure}").get_by_role("figure")).to_be_visible()

    stranger = visit(f"/train?scene={scene(steps)}")  # in a profile of its own
    theirs = box(stranger, steps)
    expect(theirs.get_by_text("running")).to_be_visible()
    expect(theirs.get_by_text("another visitor's")).to_be_visible()
    expect(theirs.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(theirs.get_by_role("button", name="Remove")).to_have_count(0)
    stranger.context.close()

    page.get_by_role("slider", name="Noise level of the field").press("ArrowRight")
    expect(field(page, "0.3")).to_be_visible()
    page.reload()  # its owner may end it all the same
    press(box(page, steps), "Cancel")
    expect(box(page, steps).get_by_text("paused").first).to_be_visible()
    kept = loss(page)["x"][-1]
    press(box(page, steps), "Resume")
    expect(box(page, steps).get_by_role("button", name="Cancel")).to_be_visible()
    assert loss(page, lambda now: now["x"][-1] > kept + 50)["x"][0] == first["x"][0], "the curve goes on where it was"
    press(box(page, steps), "Name")
    own = box(page, steps).get_by_role("textbox", name="Your name for it")
    own.press_sequentially("my **first**", delay=150)  # the page is drawn anew meanwhile
    own.press("Enter")
    expect(box(page, steps).get_by_text("my **first**")).to_be_visible()  # as typed
    press(box(page, steps), "Remove")
    press(box(page, steps), "Keep it")
    expect(box(page, steps).get_by_role("button", name="Delete it")).to_have_count(0)
    press(box(page, steps), "Remove")
    press(box(page, steps), "Delete it")
    expect(box(page, steps)).to_have_count(0)


def test_a_trained_network_goes_to_explore_and_stands_beside_the_exact_score(visit: Visit) -> None:
    page = visit(f"/train?scene={scene(300)}")
    press(page, "Train")
    expect(box(page, 300).get_by_text("done in")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    press(box(page, 300), "Open in Explore")
    expect(page.locator(".gv-title").last).to_contain_text("trained network, 300 steps")
    expect(page.get_by_role("radio", name="Network")).to_be_checked()
    page.get_by_role("radio", name="Both").click()
    expect(page.locator(".gv-panels")).to_have_attribute("data-panels", "3")
    titles = page.locator(".gv-title").all_inner_texts()
    assert ["trained network, 300 steps" in " ".join(title.split()) for title in titles] == [False, False, True]
    expect(page).to_have_url(re.compile("score=both"))


def test_a_scene_whose_network_is_missing_waits_for_it_and_nothing_else_does(visit: Visit) -> None:
    page = visit(f"/?scene={to_link(SMALL)}")
    expect(page.get_by_test_id("player")).to_have_attribute("data-frame", re.compile(r"\d+"))
    page.goto(page.url.split("?")[0] + f"?scene={scene(600, seed=5)}")
    expect(page.get_by_text(re.compile("(Starting to train|Training) the network")).first).to_be_visible()
    expect(page.locator(".gv-title").last).to_contain_text("trained network, 600 steps")


def test_curves_of_both_scores(visit: Visit) -> None:
    page = visit(f"/curves?scene={scene(200, seed=7)}&w=0,1&particles=1200&score=both")
    press(page, "Run")
    finished = page.get_by_text("Finished: 1,200 particles")
    expect(finished).to_be_visible()
    expect(page.get_by_text("Solid: trained network, 200 steps; dashed: exact score.")).to_be_visible()
    # The figure is drawn anew when the run ends: ask until it is there.
    page.wait_for_function(
        """() => {
          const all = document.querySelector(".st-key-curves-figure-reward .js-plotly-plot")?._fullData;
          const dash = (name) => all?.find((one) => one.name === name)?.line.dash;
          return dash("direct estimate") === "solid" && dash("direct estimate, exact score") === "dash";
        }"""
    )
    expect(page.get_by_role("heading", name="Table, exact score")).to_be_visible()
