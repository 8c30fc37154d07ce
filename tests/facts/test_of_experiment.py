"""gdviz check of an Experiment: correct ones pass, broken ones fail, and what does not apply says why."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gdviz.experiment import Experiment
from gdviz.facts import check_experiment
from gdviz.facts.finding import Finding, normal, not_applicable, report
from gdviz.facts.known import known_of
from gdviz.presets import load
from gdviz.samplers import LinearStep
from gdviz.samplers.ddpm import Ddpm


def line(guidance, w=(0, 1, 4), sampler="ddpm", steps=200, distance=0.5, **more):
    parts = [{"mean": [m], "covariance": [[1]], "label": label} for m, label in ((-distance, "a"), (distance, "b"))]
    return Experiment.parse(
        {
            "target": {"kind": "gaussian_mixture", "components": parts},
            "guidance": guidance,
            "sampler": {"kind": sampler, "steps": steps},
            "w": list(w),
            **more,
        }
    )


CFG = {"kind": "cfg", "label": "b"}
SEEK = {"kind": "reward", "reward": {"kind": "expression", "expression": "0.05 + exp(-(x - 2)**2 / 8)"}}
AVOID = {"kind": "reward", "form": "cost", "reward": {"kind": "exp", "strength": 0.4, "of": {"kind": "linear", "direction": [1]}}}


def verdicts(found) -> dict[str, str]:
    return {f.fact: f.verdict for f in found.findings}


@pytest.mark.parametrize("guidance", [CFG, SEEK, AVOID], ids=["labels", "reward", "cost"])
@pytest.mark.parametrize("sampler", ["ddpm", "ancestral"])
def test_every_fact_applies_to_plain_guidance_and_holds(guidance, sampler):
    found = check_experiment(line(guidance, sampler=sampler))
    assert found.passed, str(found)
    kinds = ("d/dw E", "path KL", "constant along", "along w = 4", "identity", "w = 0 samples", "at w = 0")
    assert all(any(kind in f.fact for f in found.applicable) for kind in kinds)
    assert any(f.fact.startswith("w = 1 samples" if guidance is SEEK else "w = -1 samples") for f in found.applicable)


@pytest.mark.parametrize("preset", ["figure-1", "line-reward", "cfg-plus-plus"])
def test_presets_pass(preset):
    assert check_experiment(load(preset).experiment, particles=2048).passed


BROKEN = {
    "noise a tenth too large": lambda keep, drift, noise: LinearStep(keep, drift, 1.1 * noise),
    "noise missing": lambda keep, drift, noise: LinearStep(keep, drift, 0.0 * noise),
    "drift a fifth too small": lambda keep, drift, noise: LinearStep(keep, 0.8 * drift, noise),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_step_fails(name, monkeypatch):
    right = Ddpm.linear_step
    monkeypatch.setattr(Ddpm, "linear_step", lambda self, moment: BROKEN[name](*right(self, moment)))
    assert not check_experiment(line(CFG)).passed


def test_a_wrong_push_fails(monkeypatch):
    """Half of the push: w = 0 still samples p(x | b), the other facts do not hold."""
    from gdviz.guidance import _unified
    from gdviz.laws import PairScores

    def halved(self, x, moment, memory, right=_unified.Unified.__call__):
        pair = self.pair
        self.pair = lambda x, t: PairScores(pair(x, t).toward, pair(x, t).push / 2, pair(x, t).log_ratio)
        try:
            return right(self, x, moment, memory)
        finally:
            self.pair = pair

    monkeypatch.setattr(_unified.Unified, "__call__", halved)
    found = verdicts(check_experiment(line(CFG)))
    assert found["w = 0 samples p(x | b)"] == "holds"
    assert found["w = -1 samples p(x)"] == "fails"


@pytest.mark.parametrize(
    ("experiment", "fact", "reason"),
    [
        (line(CFG, sampler="ddim"), "d/dw E 1/p(b | x) at w = 0", "full noise"),
        (line({**CFG, "schedule": {"kind": "interval"}}), "the law at w = 1 or -1", "base + w"),
        (line(CFG, distance=2.5), "E 1/p(b | x) at w = 0", "relative standard error"),
        (line(CFG, measure={"label": "a"}), "improvement identity", "measured"),
        (line(CFG, steps=4), "w = 0 samples p(x | b)", "starts at N(0, I)"),
    ],
)
def test_what_does_not_apply_says_why(experiment, fact, reason):
    found = {f.fact: f for f in check_experiment(experiment, particles=1000).findings}[fact]
    assert found.verdict == "not applicable" and reason in found.reason


def test_no_guidance_has_one_fact():
    found = check_experiment(line({"kind": "none"}, w=(0,)), particles=1000)
    assert [f.fact for f in found.applicable] == ["w = 0 samples p(x)"]


def test_known_values_of_figure_1():
    """1/p(1) = 2, slope -0.1148 (MATH section 2); path KL / w^2 -> KL(p(. | 1) || p) by quadrature here."""
    experiment = load("figure-1").experiment
    known = known_of(experiment, experiment.build(), 4096)
    assert known.baseline == pytest.approx(2.0)
    assert known.slope == pytest.approx(-0.1148, abs=5e-5)
    x = np.linspace(-12, 12, 20_001)
    given, other = (sum(np.exp(-((x - m) ** 2) / 2) for m in means) / len(means) for means in ((-1, 1), (0,)))
    p = (given + other) / 2
    cell = (x[1] - x[0]) / math.sqrt(2 * math.pi)
    assert known.path_kl == pytest.approx(float((given * np.log(given / p)).sum() * cell), rel=1e-6)


# --- the report -----------------------------------------------------------------------------------


def test_holm_steps_down():
    """With p = .01, .02, .03 at .05: .01 <= .05/3, .02 <= .05/2, .03 <= .05; with .04 first in line nothing fails."""
    found = report("", [Finding("a", p_value=0.03), Finding("b", p_value=0.01), Finding("c", p_value=0.02)], 0.05, 0)
    assert [f.verdict for f in found.findings] == ["fails", "fails", "fails"]
    found = report("", [Finding("a", p_value=0.03), Finding("b", p_value=0.04), not_applicable("c", "no")], 0.05, 0)
    assert [f.verdict for f in found.findings] == ["holds", "holds", "not applicable"]
    assert found.passed and found.sentence == "All 2 facts hold."


def test_the_step_change_is_allowed():
    assert normal("", 2.0, 1.9, 0.01, 0.2).p_value == 1.0
    assert normal("", 2.0, 1.9, 0.01).p_value < 1e-20
    assert normal("", 2.0, 1.9, 0.01, 0.09).p_value == pytest.approx(1.0)  # and 3 * 0.09^2 / 2 = 0.012
    assert normal("", 2.0, 1.9, 0.0001, 0.08).p_value < 1e-20
    assert normal("", 2.0, math.nan, 0.01).p_value == 0.0


def test_nothing_applies_is_not_a_pass():
    found = report("", [not_applicable("a", "no")], 0.05, 0)
    assert not found.passed and not found.failures and "nothing was checked" in found.sentence


def test_a_report_prints_and_is_plain():
    found = check_experiment(line(CFG, steps=40), particles=500)
    assert "w = 0 samples p(x | b)" in str(found) and "<table>" in found._repr_html_()
    assert found.to_dict()["passed"] == found.passed
    assert torch.isfinite(torch.tensor(found.seconds))


def test_a_learned_score_is_not_checked():
    """Nothing is trained or run for it."""
    asked = line(CFG, score={"kind": "network"})
    found = check_experiment(asked)
    assert not found.applicable and "exact scores" in found.findings[0].reason
