"""Every sampler under every guidance kind on every sort of law: finite samples and rows that make sense."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist

import gdviz
from gdviz.experiment import Experiment
from gdviz.guidance import GUIDANCE
from gdviz.samplers import SAMPLERS

W = [-1, 0, 1, 3]
PARTICLES = 48

LINE = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [0.5], "covariance": [[1.0]], "label": "a"},
        {"weight": 2, "mean": [-0.5], "covariance": [[0.8]], "label": "b"},
    ],
}
PLANE = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [0, 0], "covariance": [[1, 0.3], [0.3, 0.7]], "label": "a"},
        {"weight": 2, "mean": [1, 0.5], "covariance": [[0.6, 0], [0, 0.9]], "label": "b"},
    ],
}
ATOMS = {
    "kind": "points",
    "points": [[0, 0], [1, 0], [0, 1], [1, 1], [1, 1]],
    "labels": ["a", "b", "b", None, "b"],
    "weights": [1, 2, 3, 4, 1],
}
LAWS = {"line": LINE, "plane": PLANE, "atoms": ATOMS}
EXPRESSION = {"kind": "expression", "expression": "0.3 + exp(-x**2)"}
FALLING = {"kind": "expression", "expression": "exp(-x**2/9)"}
TABULATED = {"kind": "expression", "expression": "0.3 + sigmoid(4*x)"}


def guided() -> dict[str, dict]:
    """Every kind once, with what it asks for (a label, a reward, parts), and reward guidance in both forms."""
    found = {}
    parts = [{"guidance": {"kind": "look_ahead", "reward": EXPRESSION}}, {"guidance": {"kind": "reward", "reward": FALLING}}]
    asked = {"label": "b", "reward": EXPRESSION, "parts": parts}
    for name, kind in GUIDANCE.kinds.items():
        if name == "reward":
            found["reward"] = {"kind": name, "form": "reward", "reward": EXPRESSION}
            found["cost"] = {"kind": name, "form": "cost", "reward": FALLING}
            found["grid"] = {"kind": name, "form": "reward", "reward": TABULATED}
        else:
            found[name] = {"kind": name, **{field: value for field, value in asked.items() if field in kind.model_fields}}
    return found


PLAIN = ("cfg", "reward", "cost", "grid")
"""What samplers that weigh particles take: base + w (toward - away)."""

POPULATION = {"population": 8}

CASES = [
    pytest.param(sampler, guidance, law, id=f"{sampler}-{guidance}-{law}")
    for guidance in guided()
    for law in LAWS
    for sampler in SAMPLERS.kinds
    if not (guidance == "grid" and law != "line")  # the table is made anew each time; the other two have closed forms
    if SAMPLERS.kinds[sampler].step_rule or guidance in PLAIN
]


def asked(sampler: str, guidance: str, law: str) -> Experiment:
    return Experiment.parse(
        {
            "target": LAWS[law],
            "guidance": guided()[guidance],
            "score": GUIDANCE.kinds[guided()[guidance]["kind"]].example_score,
            "sampler": {"kind": sampler, "steps": 8, **(POPULATION if sampler == "smc" else {})},
            "w": W,
            "particles": PARTICLES,
        }
    )


@pytest.mark.parametrize(("sampler", "guidance", "law"), CASES)
def test_rows_make_sense(sampler, guidance, law):
    experiment = asked(sampler, guidance, law)
    result = gdviz.run(experiment, device="cpu", exact=False)
    json.loads(result.to_json(), parse_constant=lambda name: pytest.fail(name))
    assert result.samples.shape == (4, PARTICLES, 1 if law == "line" else 2)
    assert np.isfinite(result.samples).all()
    for row in result.rows:
        assert (row.particles, row.nonfinite) == (PARTICLES, 0)
        assert row.spread > 0 and 0 <= row.off_support <= 1
        assert row.mode_weight_tv is None or 0 <= row.mode_weight_tv <= 1
        if guidance == "none":
            assert row.mean_reward is None and row.identity is None and row.distances == ()
            continue
        assert row.mean_reward > 0 or law == "atoms"  # p(b | x) is 0 at an atom without the label
        assert row.mean_reciprocal is None or row.mean_reciprocal > 0
        assert 0 <= row.improved_independent <= 1
        together = experiment.sampler.together > 1
        assert (row.improved is None) == (row.ties is None) == (row.populations is not None) == together
        assert together or row.improved + row.ties <= 1
        noisy = experiment.sampler.unit_noise
        assert (row.path_kl is not None) == noisy
        assert row.path_kl is None or row.path_kl >= 0
        holds = noisy and guidance in PLAIN
        assert row.identity is None or holds
        for distance in row.distances:
            assert distance.energy_distance is None or math.isfinite(distance.energy_distance)
        if row.w == 0:
            assert together or (row.improved, row.ties) == (0, 1)
            assert row.path_kl in (0, None)
            if holds and not (guidance == "cfg" and law == "atoms"):
                assert row.identity.se == 0


def end_points(law: str, guidance: dict, w: float, particles: int = 1024) -> gdviz.Result:
    experiment = {"target": LAWS[law], "guidance": guidance, "sampler": {"kind": "ddpm", "steps": 400}, "w": [w]}
    return gdviz.run(
        Experiment.parse({**experiment, "particles": particles, "seed": 1}), device="cpu", exact=False, step_change=False
    )


def energy(x: np.ndarray, y: np.ndarray) -> float:
    """2 E|X - Y| - E|X - X'| - E|Y - Y'|, unbiased."""

    def mean(a, b, off):
        return cdist(a, b).sum() / (len(a) * (len(b) - off))

    return 2 * mean(x, y, 0) - mean(x, x, 1) - mean(y, y, 1)


def mixture_sample(law: str, n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    parts = LAWS[law]["components"]
    weights = np.array([part["weight"] for part in parts], float)
    k = rng.choice(len(parts), n, p=weights / weights.sum())
    d = len(parts[0]["mean"])
    drawn = np.array([rng.multivariate_normal(p["mean"], p["covariance"], n) for p in parts])  # [K, n, d]
    return drawn[k, np.arange(n)].reshape(n, d)


@pytest.mark.slow
@pytest.mark.parametrize("law", ["line", "plane"])
@pytest.mark.parametrize("case", ["cfg at -1", "cost at -1", "reward at 1"])
def test_where_the_sampled_law_is_known(case, law):
    """Below the largest of 40 energy distances between two independent samples of that law: one false alarm in 41 seeds."""
    n, r = 700, lambda x: 0.3 + np.exp(-(x[:, 0] ** 2))
    guidance, w = {
        "cfg at -1": (guided()["cfg"], -1.0),
        "cost at -1": ({**guided()["cost"], "reward": EXPRESSION}, -1.0),
        "reward at 1": (guided()["reward"], 1.0),
    }[case]
    accept = {
        "cfg at -1": lambda x: np.ones(len(x)),
        "cost at -1": lambda x: 0.3 / r(x),
        "reward at 1": lambda x: r(x) / 1.3,
    }[case]

    def sample(seed: int) -> np.ndarray:
        x = mixture_sample(law, 5 * n, seed)
        return x[np.random.default_rng(10**6 + seed).random(len(x)) < accept(x)][:n]

    found = energy(end_points(law, guidance, w).samples[-1][:n].astype(float), sample(0))
    null = max(energy(sample(2 * k + 1), sample(2 * k + 2)) for k in range(40))
    assert found < null
