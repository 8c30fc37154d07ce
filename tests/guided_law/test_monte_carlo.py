"""The law against the particles it is the law of: within their standard errors and step changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import gdviz
from gdviz import presets
from gdviz.experiment import Experiment
from gdviz.guided_law import guided_laws
from gdviz.result import Result

W = (0.5, 2.0, 10.0)


def check(result: Result, z: float, record: Callable[..., None] = lambda *found: None) -> None:
    """Every estimated mean within z standard errors and its step change of the law's."""
    built = result.built
    laws = guided_laws(built.plan, built.sampler, built.levels, result.experiment.w)
    compared = 0
    for row, law in zip(result.rows, laws, strict=True):
        for what, estimate, se, step, exact, error in (
            ("r", row.mean_reward, row.se_reward, row.step_changes.mean_reward, law.mean_reward, law.error_reward),
            (
                "1/r",
                row.mean_reciprocal,
                row.se_reciprocal,
                row.step_changes.mean_reciprocal,
                law.mean_reciprocal,
                law.error_reciprocal,
            ),
        ):
            if estimate is not None:  # too heavy a tail
                record(f"mean {what} at w = {row.w:g} less the law's {exact:.6g}; step change {step:.2g}", estimate - exact, se)
                assert abs(estimate - exact) <= z * se + step + error, (row.w, estimate, se, step, exact)
                compared += 1
    assert compared >= len(W)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["figure-1", "line-reward", "surrounded-class"])
def test_against_some_particles(name):
    """4 standard errors, two-sided: six comparisons a preset fail by chance once in 2600 runs; the seed is fixed."""
    experiment = presets.load(name).experiment.model_dump(mode="json")
    experiment |= {"w": W, "particles": 20_000, "sampler": {"kind": "ddpm", "steps": 100}}
    check(gdviz.run(Experiment.parse(experiment), frame_particles=0, exact=False), 4.0)


@pytest.mark.verify
@pytest.mark.parametrize("name", ["figure-1", "surrounded-class", "ring-reward"])
def test_against_a_million_particles(name, verify_result):
    """3 standard errors and the step change, at the preset's own steps."""

    def record(what: str, gap: float, se: float) -> None:
        verify_result(f"{name}, a million particles: {what}", gap, None, se)

    experiment = presets.load(name).experiment.model_dump(mode="json")
    experiment |= {"w": W, "particles": 1_000_000, "seed": 1}
    check(gdviz.run(Experiment.parse(experiment), frame_particles=0, exact=False), 3.0, record)
