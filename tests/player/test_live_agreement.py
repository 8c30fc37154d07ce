"""The live engine's paths are the server's: the same particles, on the same noise, in the same places.

Rule. Python runs in float32 and the browser in float64, and guided paths can part: near a ridge rounding decides the side. So
each family is held against Python twice. Against Python's float64 paths nothing may differ by more than 1e-3. Against its float32
paths, those of a run, a particle may differ by 1e-3 and by what Python's own two arithmetics differ by on it; none is dropped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from player.live_node import live_paths, python_paths
from player.test_js import node

import gdviz
from gdviz.experiment import Experiment
from gdviz.player.live_model import SAMPLERS, SCHEDULES, live_model
from gdviz.presets import load, names
from gdviz.server.noise_route import drawn

TOLERANCE = 1e-3
PARTICLES = 32
LEVELS = ("logit", "linear_beta", "cosine", "edm")
UNCOVERED = {
    "expression-reward": "the reward has no closed form on this target",
    "avoid-cost": "the reward has no closed form on this target",
    "cfg-plus-plus": "the guidance 'cfg_plus_plus' is not among cfg, reward, none",
    "apg": "the guidance 'apg' is not among cfg, reward, none",
    "hacked-reward": "the guidance 'look_ahead' is not among cfg, reward, none",
}


@pytest.fixture(scope="module")
def program() -> str:
    found = node()
    if found is None:
        pytest.skip("needs node")
    return found


def covered() -> list[str]:
    return [name for name in names() if name not in UNCOVERED]


def held_against_python(program: str, experiments: list[Experiment], folder: Path, own: bool = True) -> None:
    for experiment, live in zip(experiments, live_paths(program, experiments, PARTICLES, folder, own), strict=True):
        exact, single = (python_paths(experiment, PARTICLES, dtype) for dtype in (torch.float64, torch.float32))
        where = experiment.canonical()[:300]
        assert np.isfinite(exact).all(), where
        assert float(np.abs(live - exact).max()) <= TOLERANCE, where
        assert (np.abs(live - single) <= TOLERANCE + np.abs(single - exact)).all(), where


def test_every_preset_says_whether_it_is_covered() -> None:
    for name in names():
        experiment = load(name).experiment
        built = experiment.build()
        live = live_model(experiment, built, built.levels.uniform_frames(experiment.frames))
        assert live.get("absent") == UNCOVERED.get(name), name
        if name not in UNCOVERED:
            assert len(live["log_snr"]) == experiment.sampler.steps + 1 and live["frames"][-1] == experiment.sampler.steps
            assert np.exp(live["components"]["log_weights"]).sum() == pytest.approx(1)


def mixture(rng: np.random.Generator, d: int, count: int) -> dict[str, Any]:
    roots = rng.normal(0, 0.6, (count, d, d))
    covariances = roots @ roots.transpose(0, 2, 1) + 0.05 * np.eye(d)
    covariances = (covariances + covariances.transpose(0, 2, 1)) / 2
    labels = ["a", "b", *rng.choice(["a", "b", None], count - 2).tolist()]
    return {
        "kind": "gaussian_mixture",
        "components": [
            {"weight": float(w), "mean": mean.tolist(), "covariance": covariance.tolist(), "label": label}
            for w, mean, covariance, label in zip(
                rng.uniform(0.2, 1, count), rng.normal(0, 2, (count, d)), covariances, labels, strict=True
            )
        ],
    }


def points(rng: np.random.Generator, d: int, count: int, noise: float) -> dict[str, Any]:
    labels = ["a", "b", *rng.choice(["a", "b", None], count - 2).tolist()]
    places = rng.normal(0, 1.5, (count, d)).tolist()
    return {"kind": "points", "points": places, "labels": labels, "weights": rng.uniform(0.5, 2, count).tolist(), "noise": noise}


def rewards(rng: np.random.Generator, d: int) -> list[dict[str, Any]]:
    bumps = [{"center": rng.normal(0, 1, d).tolist(), "width": float(rng.uniform(0.7, 2)), "height": 1.5} for _ in range(2)]
    linear = {"kind": "linear", "direction": rng.normal(0, 0.5, d).tolist()}
    quadratic = {"kind": "quadratic", "center": rng.normal(0, 1, d).tolist(), "curvature": 0.3}
    curved = {**quadratic, "curvature": [0.1 + 0.2 * k for k in range(d)]}
    parts = [{"kind": "exp", "of": linear}, {"kind": "bumps", "bumps": bumps, "floor": 0.1}]
    return [
        *parts, {"kind": "exp", "strength": 0.7, "of": quadratic}, {"kind": "exp", "of": curved},
        {"kind": "sum", "of": parts}, {"kind": "product", "of": parts}, {"kind": "class_probability", "label": "a"},
    ]  # fmt: skip


def cases(seed: int, count: int) -> list[Experiment]:
    """Random targets, every sampler, spacing, schedule and reward in turn."""
    rng = np.random.default_rng(seed)
    found = []
    for k in range(count):
        d = 1 + k % 2
        atoms = k % 5 == 4
        target = points(rng, d, 12, 0.0 if k % 10 == 4 else 0.05) if atoms else mixture(rng, d, 2 + k % 6)
        reward = rewards(rng, d)[k // 3 % 7]
        if atoms and reward["kind"] == "class_probability":
            reward = rewards(rng, d)[0]  # atoms of other labels would have r = 0
        costs = k % 6 == 2 and reward["kind"] == "exp" and reward["of"]["kind"] == "linear"
        guidance: dict[str, Any] = [
            {"kind": "cfg", "label": "b"},
            {"kind": "cfg", "label": "a"},
            {"kind": "reward", "form": "cost" if costs else "reward", "reward": reward},
        ][k % 3]
        guidance["schedule"] = {"kind": SCHEDULES[k % len(SCHEDULES)]}
        if k % 4 == 3 and guidance["schedule"]["kind"] in ("linear", "cosine", "clamped"):
            guidance["schedule"]["direction"] = "falling"
        sampler = {"kind": SAMPLERS[k % 3], "steps": 40 + k % 7, "levels": {"kind": LEVELS[k // 2 % 4]}}
        if sampler["kind"] == "ddim":
            sampler["eta"] = (0, 0.5, 1)[k // 3 % 3]
        given = {"target": target, "guidance": guidance, "sampler": sampler, "w": [-0.5, 0, 1.3, 3], "frames": 12, "seed": k}
        found.append(Experiment.parse(given))
    return found


def shorter(name: str) -> Experiment:
    experiment = load(name).experiment
    sampler = experiment.sampler.model_copy(update={"steps": 50})
    return experiment.model_copy(update={"sampler": sampler, "w": (0.0, 0.7, 4.3), "frames": 12})


def test_the_presets_with_few_steps(program: str, tmp_path: Path) -> None:
    held_against_python(program, [shorter(name) for name in covered()], tmp_path)


def test_random_mixtures_and_points(program: str, tmp_path: Path) -> None:
    held_against_python(program, cases(0, 14), tmp_path)


def test_as_an_edited_scene_is_run_with_nothing_given(program: str, tmp_path: Path) -> None:
    """Mixture, tilt and levels built in the browser."""
    held_against_python(program, cases(1, 12), tmp_path, own=False)


def test_the_paths_of_a_run(program: str, tmp_path: Path) -> None:
    """`gdviz.run` itself, whose float32 paths the other tests take from its loop."""
    experiment = shorter("surrounded-class").model_copy(update={"particles": PARTICLES})
    (live,) = live_paths(program, [experiment], PARTICLES, tmp_path)
    found = gdviz.run(experiment, step_change=False, exact=False, distances=False).frames
    assert found is not None
    parted = np.abs(python_paths(experiment, PARTICLES, torch.float32) - python_paths(experiment, PARTICLES, torch.float64))
    assert (np.abs(live - found.transpose(0, 2, 1, 3)) <= TOLERANCE + parted).all()


def test_the_engine_needs_the_noise_of_the_run(program: str, tmp_path: Path) -> None:
    """The tests above can fail: with another seed's noise nothing agrees."""
    experiment = shorter("figure-1")
    other = experiment.model_copy(update={"seed": 1})
    (live,) = live_paths(program, [other], PARTICLES, tmp_path)
    assert np.abs(live - python_paths(experiment, PARTICLES, torch.float64)).max() > 0.5
    assert drawn(0, 1, 8, 4) != drawn(1, 1, 8, 4)


@pytest.mark.verify
def test_whole_presets_and_many_random_ones(program: str, tmp_path: Path) -> None:
    whole = [load(name).experiment.model_copy(update={"w": (-1.0, 0.0, 0.7, 2.2, 4.3, 9.0)}) for name in covered()]
    held_against_python(program, whole, tmp_path)
    held_against_python(program, cases(2, 200), tmp_path)
