"""What is no law is refused in one sentence: which key, what was found, what is allowed."""

from __future__ import annotations

import math
import time

import pytest
import torch

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.targets import TARGETS

ONE = {"mean": [0, 0], "covariance": [[1, 0], [0, 1]]}


def parse(**target) -> Experiment:
    return Experiment.parse({"target": target, "guidance": {"kind": "none"}, "w": [0]})


def mixture(**change):
    return {"kind": "gaussian_mixture", "components": [{**ONE, **change}]}


REFUSED = {
    "NaN mean": (mixture(mean=[math.nan, 0]), "target.components.0.mean.0: found nan; it should be a finite number."),
    "infinite mean": (mixture(mean=[math.inf, 0]), "target.components.0.mean.0: found inf; it should be a finite number."),
    "far mean": (mixture(mean=[1e7, 0]), "found 10000000.0; it should be less than or equal to 1000000."),
    "NaN covariance": (
        mixture(covariance=[[1, 0], [0, math.nan]]),
        "covariance.1.1: found nan; it should be a finite number.",
    ),
    "infinite covariance": (mixture(covariance=[[math.inf, 0], [0, 1]]), "covariance.0.0: found inf; it should be a finite"),
    "asymmetric": (mixture(covariance=[[1, 0.5], [0, 1]]), "components.0: found an asymmetric covariance; it must equal"),
    "indefinite": (mixture(covariance=[[1, 2], [2, 1]]), "found a covariance with eigenvalue -1; every eigenvalue must be pos"),
    "singular": (mixture(covariance=[[1, 1], [1, 1]]), "every eigenvalue must be positive"),
    "zero covariance": (mixture(covariance=[[0, 0], [0, 0]]), "every eigenvalue must be positive"),
    "wrong size": (mixture(covariance=[[1]]), "found a mean of 2 numbers; the covariance must then have 2 rows of 2 numbers"),
    "zero weight": (mixture(weight=0), "target.components.0.weight: found 0; it should be greater than 0."),
    "negative weight": (mixture(weight=-1), "target.components.0.weight: found -1; it should be greater than 0."),
    "no components": ({"kind": "gaussian_mixture", "components": []}, "target.components: found 0 of them; at least 1"),
    "mixed dimensions": (
        {"kind": "gaussian_mixture", "components": [ONE, {"mean": [0], "covariance": [[1]]}]},
        "found components of dimensions [1, 2]; all must have the same",
    ),
    "a label that is no text": (mixture(label=3), "target.components.0.label: found 3; it should be a valid string."),
    "too many dimensions": ({"kind": "points", "points": [[0.0] * 65]}, "target.points.0: found 65 of them; at most 64"),
    "no points": ({"kind": "points", "points": []}, "target.points: found 0 of them; at least 1"),
    "empty point": ({"kind": "points", "points": [[]]}, "target.points.0: found 0 of them; at least 1"),
    "ragged": (
        {"kind": "points", "points": [[0, 0], [1]]},
        "target: found points of 1 and of 2 numbers; all must have the same.",
    ),
    "NaN point": (
        {"kind": "points", "points": [[0, math.nan]]},
        "target.points.0.1: found nan; it should be a finite number.",
    ),
    "numbers": ({"kind": "points", "points": [1, 2]}, "target.points.0: found 1"),
    "point weight": (
        {"kind": "points", "points": [[0], [1]], "weights": [1, 0]},
        "target.weights.1: found 0; it should be greater",
    ),
    "few weights": (
        {"kind": "points", "points": [[0], [1]], "weights": [1]},
        "target: found 2 points and 1 weights; give one for",
    ),
    "no weights": ({"kind": "points", "points": [[0], [1]], "weights": []}, "target: found 2 points and 0 weights; give one for"),
    "few labels": (
        {"kind": "points", "points": [[0], [1]], "labels": ["a"]},
        "target: found 2 points and 1 labels; give one for",
    ),
    "negative noise": (
        {"kind": "points", "points": [[0]], "noise": -1},
        "target.noise: found -1; it should be greater than or",
    ),
    "NaN noise": ({"kind": "moons", "noise": math.nan}, "target.noise: found nan; it should be"),
    "no atoms": ({"kind": "circles", "n": 0}, "target.n: found 0; it should be greater than or equal to 1."),
    "many atoms": ({"kind": "swiss_roll", "n": 10**6}, "target.n: found 1000000; it should be less than or equal to 20000."),
    "fewer than parts": ({"kind": "moons", "n": 1}, "target: found n = 1; it must be at least 2, one atom for each part"),
    "no text": ({"kind": "letters", "text": ""}, "target.text: found ''; "),
    "long text": ({"kind": "letters", "text": "four"}, "target.text: found 'four'; "),
    "strange text": ({"kind": "letters", "text": "aé"}, "target.text: found the character 'é'; allowed: ABC"),
    "empty ring": ({"kind": "ring", "count": 0}, "target.count: found 0; it should be greater than or equal to 1."),
    "thin ring": ({"kind": "ring", "sigma": 0}, "target.sigma: found 0; it should be greater than 0."),
    "unknown key": ({"kind": "moons", "radius": 2}, "target.radius: unknown key; allowed: "),
    "unknown kind": ({"kind": "mons"}, "target: found target kind 'mons' (did you mean 'moons'?); allowed: "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_the_key_the_finding_and_what_is_allowed(case):
    target, sentence = REFUSED[case]
    with pytest.raises(GdvizError) as caught:
        parse(**target)
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_million_atoms_are_refused_at_once_with_the_bound():
    points = [[0.0, 0.0]] * 1_000_000
    before = time.process_time()
    with pytest.raises(GdvizError, match=r"^target\.points: found 1,000,000 entries; at most 20,000 points are allowed\.$"):
        parse(kind="points", points=points)
    assert time.process_time() - before < 1  # reading every entry takes many times this


def test_the_most_atoms_that_are_allowed_are_a_law():
    law = TARGETS.parse({"kind": "points", "points": [[k / 20_000, 0.0] for k in range(20_000)]}).build()
    assert bool(torch.isfinite(law.score(torch.zeros(2, 2), 0.5)).all())


@pytest.mark.parametrize("d", [1, 2, 64])
def test_one_atom_is_a_law(d):
    """X_t = sqrt(1-t) m + sqrt(t) Z, so the score is (sqrt(1-t) m - x) / t and the denoiser is m."""
    law = parse(kind="points", points=[[0.5] * d]).target.build()
    x = torch.randn(7, d, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(law.score(x, 0.3), (0.7**0.5 * 0.5 - x) / 0.3)
    assert torch.allclose(law.posterior_mean(x, 0.3), torch.full_like(x, 0.5))
    assert bool((law.sample(3, torch.Generator()).x == 0.5).all())


def test_atoms_at_one_place_are_a_law():
    """Two classes on one atom: the posterior there is the prior."""
    law = parse(kind="points", points=[[1], [1], [-1]], labels=["a", "b", "a"], weights=[1, 3, 4]).target.build()
    place = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    assert torch.allclose(law.log_posterior("a")(place).exp(), torch.tensor([0.25, 1.0], dtype=torch.float64))


def test_an_unknown_label_is_refused_by_guidance():
    experiment = Experiment.parse({"target": {"kind": "moons"}, "guidance": {"kind": "cfg", "label": "left"}, "w": [0]})
    with pytest.raises(GdvizError, match=r"^guidance\.label: found 'left'; allowed: upper, lower\.$"):
        experiment.build()


def test_a_label_is_refused_where_there_are_none():
    experiment = Experiment.parse(
        {"target": {"kind": "points", "points": [[0]]}, "guidance": {"kind": "cfg", "label": "a"}, "w": [0]}
    )
    with pytest.raises(GdvizError, match=r"^guidance\.label: found 'a'; allowed: none, this target has no labels\.$"):
        experiment.build()
