"""The guided law's means as they are shipped: what is there, what it is found by, and that it is what comes out today."""

from __future__ import annotations

import pytest

from gdviz import presets
from gdviz.exact_curves import compute, curve_key, find, from_json, to_json
from gdviz.experiment import Experiment
from gdviz.guided_law import refusal

REFUSED = {"swiss-roll-reward", "letters-reward", "cfg-plus-plus", "apg", "hacked-reward"}


def changed(name: str, **changes: object) -> Experiment:
    return Experiment.parse(presets.load(name).experiment.model_dump(mode="json") | changes)


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_that_has_a_law_has_its_curve(name):
    """At the preset's own w, at least; `make assets ARGS=guided-laws` makes what is missing."""
    experiment = presets.load(name).experiment
    built = experiment.build()
    points = find(experiment)
    assert (points is None) == (name in REFUSED) == (refusal(built.plan, built.sampler) is not None)
    if points is not None:
        assert set(experiment.w) <= {point.w for point in points}
        assert all(point.mean_reward is not None for point in points)
        assert [point.w for point in points] == sorted(point.w for point in points)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["figure-1", "line-reward"])
def test_what_is_shipped_is_what_comes_out(name):
    points = find(presets.load(name).experiment)
    again = compute(presets.load(name).experiment, [point.w for point in points])
    for old, new in zip(points, again, strict=True):
        assert old.mean_reward == pytest.approx(new.mean_reward, rel=1e-7), old.w
        assert old.mean_reciprocal == pytest.approx(new.mean_reciprocal, rel=1e-7), old.w


@pytest.mark.verify
@pytest.mark.parametrize("name", [name for name in presets.names() if name not in REFUSED])
def test_what_is_shipped_is_what_comes_out_for_every_preset(name):
    points = find(presets.load(name).experiment)
    for old, new in zip(points, compute(presets.load(name).experiment, [point.w for point in points]), strict=True):
        assert old.mean_reward == pytest.approx(new.mean_reward, rel=1e-6), old.w
        assert (old.mean_reciprocal is None) == (new.mean_reciprocal is None)
        if old.mean_reciprocal is not None:
            assert old.mean_reciprocal == pytest.approx(new.mean_reciprocal, rel=1e-6), old.w


def test_a_curve_is_found_by_what_the_law_depends_on():
    assert find(changed("figure-1", w=[3], particles=77, seed=5, frames=9)) is find(presets.load("figure-1").experiment)
    assert find(changed("figure-1", sampler={"kind": "ddpm", "steps": 399})) is None
    assert curve_key(changed("figure-1", guidance={"kind": "cfg", "label": "0"})) != curve_key(
        presets.load("figure-1").experiment
    )


def test_there_and_back():
    experiment = changed("ring-reward", w=[0])
    points = find(experiment)
    assert points[0].mean_reciprocal is None  # r has a narrow bump at each mode and nothing between: E 1/r is infinite
    assert from_json(to_json(experiment, points)) == (experiment, points)


def test_without_a_law_there_is_no_curve():
    assert compute(changed("figure-1", sampler={"kind": "heun", "steps": 20})) is None
    assert compute(changed("figure-1", guidance={"kind": "none"})) is None
