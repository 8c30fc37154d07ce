"""Guided scores in float32, as a sweep asks for them, against float64 numpy where float32 is at its worst.

Errors are taken in units of the noise prediction, sqrt(t) times the score, whose size is about 1; 2e-3 of it moves a mean
by less than the standard error of 10^5 particles. A score of hundreds is given its own six digits.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from audit.simulation import Gaussians

from gdviz.diffusion import Moment
from gdviz.experiment import Experiment

UNIT = np.eye(2)


def gaussian(weight: float, mean: list[float], covariance, label: str) -> tuple:
    return weight, mean, np.asarray(covariance) * UNIT if np.ndim(covariance) == 0 else np.array(covariance), label


CASES = {
    "far apart": [gaussian(0.5, [30, 30], 1, "c"), gaussian(0.5, [-30, -30], 1, "rest")],
    "far apart, with a near neighbour": [
        gaussian(0.3, [30, 30], 1, "c"),
        gaussian(0.3, [31, 30], 1, "rest"),
        gaussian(0.4, [-30, -30], 1, "rest"),
    ],
    "tiny": [gaussian(0.5, [1, 1], 1e-6, "c"), gaussian(0.5, [1.002, 1], 1e-6, "rest")],
    "tiny and far out": [gaussian(0.5, [30, 30], 1e-6, "c"), gaussian(0.5, [30.002, 30], 1e-6, "rest")],
    "thin": [gaussian(0.5, [2, 2], [[1, 0], [0, 1e-6]], "c"), gaussian(0.5, [2, 2.003], [[1, 0], [0, 1e-6]], "rest")],
    "tiny in wide": [gaussian(0.5, [2, 2], 1e-6, "c"), gaussian(0.5, [2, 2], 1, "rest")],
    "one in a million million": [gaussian(1e-12, [1, 0], 1, "c"), gaussian(1, [-1, 0], 1, "rest")],
    "atoms": [gaussian(1, place, 0, label) for place, label in zip([[0, 0], [1, 0], [1.01, 0]], "crc", strict=True)],
    "atoms far out": [gaussian(1, place, 0, label) for place, label in zip([[30, 0], [31, 0], [30.01, 0]], "crr", strict=True)],
}


def experiment(parts: list[tuple], w: float) -> Experiment:
    if all(not part[2].any() for part in parts):
        weights, places, _, labels = zip(*parts, strict=True)
        target = {"kind": "points", "points": places, "labels": labels, "weights": weights}
    else:
        names = ("weight", "mean", "covariance", "label")
        rows = [dict(zip(names, (p[0], p[1], p[2].tolist(), p[3]), strict=True)) for p in parts]
        target = {"kind": "gaussian_mixture", "components": rows}
    return Experiment.parse({"target": target, "guidance": {"kind": "cfg", "label": "c"}, "w": [w]})


@pytest.mark.parametrize("w", [1.0, 1e3])
@pytest.mark.parametrize("t", [0.9, 0.1, 1e-3, 1e-6])
@pytest.mark.parametrize("case", CASES)
def test_guided_scores_in_float32(case, t, w):
    parts = CASES[case]
    weights = np.array([p[0] for p in parts], float)
    law = Gaussians(weights / weights.sum(), np.array([p[1] for p in parts], float), np.array([p[2] for p in parts]))
    given = law.only(np.array([p[3] == "c" for p in parts]))
    rng = np.random.default_rng(0)
    k = rng.integers(0, len(parts), 400)
    roots = np.linalg.cholesky((1 - t) * law.covariances + t * UNIT)  # [K, 2, 2]
    x = np.sqrt(1 - t) * law.means[k] + np.einsum("nij,nj->ni", roots[k], rng.standard_normal((400, 2)))
    points = torch.tensor(x, dtype=torch.float32)
    x = points.double().numpy()
    guided, _ = experiment(parts, w).build().plan.rule(points, Moment(0, t, t / 2, 1 - t, 1 - t / 2, 10), None)
    toward, away = given.score(x, t), law.score(x, t)
    unit = np.sqrt(t)
    for found, truth in ((guided.base, toward), (guided.push, toward - away)):
        assert found.dtype == torch.float32
        off = unit * np.abs(found.double().numpy() - truth)
        assert (off <= 2e-3 + 1e-6 * unit * np.abs(toward)).all(), off.max()
    total = (guided.base + w * guided.push).double().numpy()
    assert (unit * np.abs(total - toward - w * (toward - away)) <= (1 + w) * (2e-3 + 1e-6 * unit * np.abs(toward))).all()


@pytest.mark.parametrize("offset", [0.0, 30.0, 1000.0])
def test_the_nearest_atom_is_the_nearest_in_float32(offset):
    atoms = offset + np.array([[0, 0], [0.01, 0], [0, 0.02], [1, 1]])
    target = {"kind": "points", "points": atoms.tolist()}
    law = Experiment.parse({"target": target, "guidance": {"kind": "none"}, "w": [0]}).build().law
    k = np.random.default_rng(0).integers(0, 4, 200)
    x = torch.tensor(atoms[k] + 0.002 * np.random.default_rng(1).uniform(-1, 1, (200, 2)), dtype=torch.float32)
    near = np.abs(x.double().numpy()[:, None] - atoms).sum(-1).argmin(1)
    np.testing.assert_array_equal(law.nearest_index(x), near)
    np.testing.assert_array_equal(near, k)
