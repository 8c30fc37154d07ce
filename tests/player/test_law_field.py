"""The guided law on the player's axes: the exact laws where it is one, where its particles are, and why it is not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import gdviz
from gdviz.experiment import Experiment
from gdviz.player.law_field import LawField, law_field
from gdviz.player.scene import unpack_scene
from gdviz.presets import load, names
from gdviz.resources import resource
from gdviz.store import SceneStore

EXTENTS = {"figure-1": (-7.0, 7.0), "surrounded-class": (-6.0, 6.0, -5.0, 5.0)}


def field(name: str, w: list[float], seconds: float | None = None) -> LawField:
    return law_field(load(name).experiment.build(), w, EXTENTS[name], seconds)


def axes(extent: tuple[float, ...], values: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    return [np.linspace(a, b, n) for a, b, n in zip(extent[::2], extent[1::2], values.shape[::-1], strict=True)]


@pytest.mark.parametrize("name", EXTENTS)
def test_it_is_the_exact_law_where_that_is_known(name: str) -> None:
    """w = -1 samples the whole target, w = 0 the class; both noised to the last level, to 1 % where there is mass."""
    built = load(name).experiment.build()
    found = field(name, [0.0, -1.0])
    x = np.stack(np.meshgrid(*axes(EXTENTS[name], found.values[0])), -1)  # [height, width, 2] or [n, 1]
    assert built.plan.toward is not None and built.plan.away is not None
    for density, law in zip(found.values, (built.plan.toward, built.plan.away), strict=True):
        exact = law.log_density(torch.from_numpy(x), float(built.levels.t[-1])).exp().numpy()
        seen = exact > 0.01 * exact.max()
        assert np.abs(density / np.where(seen, exact, 1) - 1)[seen].max() < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("name", EXTENTS)
def test_four_fifths_of_the_particles_lie_inside_its_contour_of_four_fifths(name: str) -> None:
    """At w = 2, to 4 standard errors (one run in 16,000) and 0.005 for the grid and the steps; the seed is fixed."""
    found = field(name, [2.0]).values[0]
    n, experiment = 4000, load(name).experiment
    ends = gdviz.run(
        experiment.model_copy(update={"w": (0.0, 2.0), "particles": n, "seed": 5}),
        step_change=False,
        exact=False,
        distances=False,
    ).samples[-1]
    ordered = np.sort(found.ravel())[::-1]
    level = ordered[np.searchsorted(np.cumsum(ordered), 0.8 * ordered.sum())]
    places = [np.abs(axis[:, None] - ends[:, k]).argmin(0) for k, axis in enumerate(axes(EXTENTS[name], found))]
    share = float((found[tuple(reversed(places))] >= level).mean())
    assert abs(share - 0.8) < 4 * (0.8 * 0.2 / n) ** 0.5 + 0.005


def test_a_sampler_without_the_full_noise_has_none() -> None:
    experiment = load("figure-1").experiment.model_dump(mode="json") | {"sampler": {"kind": "ddim", "steps": 20}}
    found = law_field(Experiment.parse(experiment).build(), [0.0, 1.0], (-7.0, 7.0))
    assert found.absent.startswith("found a sampler without the backward process' full noise") and not found.errors


def test_what_takes_too_long_is_left_out_and_says_so() -> None:
    found = field("surrounded-class", [0.0, 1.0], seconds=0.01)
    assert found.absent.endswith("s of work; it is given 0.01 s")


@pytest.mark.parametrize("name", names())
def test_a_shipped_scene_has_it_or_says_why(name: str) -> None:
    store = SceneStore(resource("assets", "scenes"))
    law = unpack_scene(store.read(store.find(f"preset-{name}") or "") or b"").law
    assert law is not None and (law.absent or max(law.errors) < 0.01)
