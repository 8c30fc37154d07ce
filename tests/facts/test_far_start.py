"""A run that starts far from the noise samples another law, so that no exact value speaks of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.special import ndtr

from gdviz.experiment import Experiment
from gdviz.facts import check_experiment, of_experiment
from gdviz.facts.far_start import names_of
from gdviz.facts.known import known_of
from gdviz.facts.of_experiment import _own
from gdviz.facts.start import Start
from gdviz.presets import load


def test_no_fact_is_compared(monkeypatch):
    """Nor is anything simulated for it."""
    monkeypatch.setattr(of_experiment, "simulate", None)
    value = load("surrounded-class").experiment.model_dump(mode="json")
    value["sampler"] = {"kind": "ddpm", "steps": 10, "levels": {"kind": "logit", "start": 0.5, "stop": 0.01}}
    report = check_experiment({**value, "w": [0, 1]}, particles=64)
    assert len(report.findings) > 4
    assert all(f.p_value is None and f.measured is None and "of the data still there" in f.reason for f in report.findings)


@pytest.mark.parametrize(("name", "particles"), [("figure-1", 1000), ("line-reward", 100), ("surrounded-class", 100)])
def test_the_facts_are_named_as_those_that_are_compared(name, particles):
    value = {**load(name).experiment.model_dump(mode="json"), "sampler": {"kind": "ddpm", "steps": 60}}
    experiment = Experiment.parse(value)
    built = experiment.build()
    found = check_experiment(experiment, particles=particles)
    named = names_of(known_of(experiment, built, particles), built.plan, _own(experiment))
    assert list(named) == [f.fact for f in found.findings]


# --- a start that is nearly the noise --------------------------------------------------------------


def near(kind: str, seed: int) -> dict:
    """Gaussians about 2.5, of which 0.043 is still there at the start; r = exp(0.4 x)."""
    parts = [{"mean": [m], "covariance": [[1]], "label": label} for m, label in ((2.0, "a"), (3.0, "b"))]
    return {
        "target": {"kind": "gaussian_mixture", "components": parts},
        "guidance": {"kind": "reward", "reward": {"kind": "exp", "strength": 0.4, "of": {"kind": "linear", "direction": [1]}}},
        "sampler": {"kind": kind, "steps": 60, "levels": {"kind": "logit", "start": 0.9997, "stop": 1e-5}},
        "w": [0, 1],
        "seed": seed,
    }


def test_the_starts_bias_is_weighed_out(monkeypatch):
    """With the weights the check passes; without them the same run is ten standard errors off at w = 0 and at w = 1."""
    found = {f.fact: f for f in check_experiment(near("heun", 0), particles=60_000).findings}
    assert all(f.verdict != "fails" for f in found.values())
    monkeypatch.setattr(Start, "weights", lambda self, law: np.ones(len(self.x)))
    plain = {f.fact: f for f in check_experiment(near("heun", 0), particles=60_000).findings}
    for fact in ("E r(x) at w = 0", "E r at w = 1"):
        for look, far in ((found, False), (plain, True)):
            off = look[fact].measured - look[fact].expected
            assert (abs(off) > 6 * look[fact].se) is far


@pytest.mark.verify
@pytest.mark.parametrize("kind", ["ddim", "heun"])
def test_sixty_checks_of_what_is_right(kind, verify_result):
    """At a rate of 0.001 a check, two or more of 60 have a chance of 0.0017: at default levels, and from `near`'s start."""
    for start, sampler in (("default", {"kind": kind, "steps": 200}), ("near", near(kind, 0)["sampler"])):
        looks = [check_experiment({**near(kind, seed), "sampler": sampler}, particles=60_000) for seed in range(7000, 7060)]
        failed = [[f.fact for f in look.findings if f.verdict == "fails"] for look in looks]
        what = f"check of an Experiment, {kind}, {start} start, 60,000 particles, of 60"
        verify_result(f"{what}: 'E r at w = 1' fails", sum("E r at w = 1" in facts for facts in failed), 0.06)
        verify_result(f"{what}: any fact fails", sum(map(bool, failed)), 0.06)
        assert sum(map(bool, failed)) <= 1, failed


def test_the_weights_are_the_closed_form():
    """p = N(2, 1): omega = exp(a x - a^2 / 2), a = 2 sqrt(1 - t), and TV = 2 Phi(a / 2) - 1."""
    part = {"mean": [2.0], "covariance": [[1]], "label": "a"}
    target = {"kind": "gaussian_mixture", "components": [part]}
    law = Experiment.parse({"target": target, "guidance": {"kind": "none"}, "w": [0]}).build().law
    x = torch.randn(100_000, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    start, a = Start(x, 0.9999), 2 * 0.01
    np.testing.assert_allclose(start.weights(law), np.exp(a * x[:, 0].numpy() - a**2 / 2), rtol=1e-9)
    assert start.total_variation(law) == pytest.approx(2 * ndtr(a / 2) - 1, abs=4 * a / math.sqrt(100_000))
