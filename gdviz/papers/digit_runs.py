"""The runs on digits: what is trained, and the Experiments that the figure and the page are read off."""

from __future__ import annotations

from typing import Any

from gdviz.experiment import Experiment

TARGET = {"kind": "digits"}
LABELS = tuple("0123456789")

RECIPE = {"width": 256, "depth": 3, "frequencies": 0, "batch": 256, "rate": 0.002, "averaging": 0.999}
"""No Fourier features: in 64 dimensions they would be noise."""

TRAINED, LONGER = 6_000, 16_000
"""Steps of the two networks that know the labels. After the first, one sample in eight at w = 0 is not recognised, as on hard
images; after the second one in twenty."""

REWARD_TRAINED = 4_000
"""Steps of the networks of p(x) and of p(x) r(x) / E r."""

REWARDS: dict[str, dict[str, Any]] = {
    "ink": {"kind": "exp", "strength": 12, "of": {"kind": "linear", "direction": [1 / 64] * 64}},
    "symmetry": {"kind": "exp", "strength": 6, "of": {"kind": "mirror", "width": 8}},
}
"""Much ink, the mean of the pixels; and left-right symmetry, less the mean square difference from the mirror image."""


def label_run(label: str, w: tuple[float, ...], steps: int, particles: int, trained: int = TRAINED) -> Experiment:
    """CFG toward one digit, with a network trained for so many steps."""
    return _run({"kind": "cfg", "label": label}, trained, w, steps, particles)


def reward_run(reward: str, w: tuple[float, ...], steps: int, particles: int) -> Experiment:
    """Reward guidance of p(x) toward much ink or symmetry."""
    return _run({"kind": "reward", "reward": REWARDS[reward]}, REWARD_TRAINED, w, steps, particles)


def _run(guidance: dict[str, Any], trained: int, w: tuple[float, ...], steps: int, particles: int) -> Experiment:
    return Experiment.parse(
        {
            "target": TARGET,
            "guidance": guidance,
            "score": {"kind": "network", "steps": trained, "recipe": RECIPE},
            "sampler": {"kind": "ddpm", "steps": steps},
            "w": w,
            "particles": particles,
        }
    )
