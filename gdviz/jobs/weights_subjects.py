"""What the page of learned weights can be about: labelled laws in the plane, lengths of training, losses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gdviz.papers.learned_weights import RECIPE, TARGET
from gdviz.presets import load

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.jobs.weights import WeightsStudy
    from gdviz.jobs.weights_reward import RewardStudy

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "rings": "Three classes on a ring",
        "overlapping-classes": "Two classes that overlap",
        "two-moons": "Two moons",
        "pinwheel": "Pinwheel of five blades",
    }
)
"""Targets by name; all but the first are those of presets."""

EXACT = "exact"
DENOISERS = "80", "100", "400", "4000", EXACT
"""Optimiser steps of the denoiser, fewest first; last the exact scores."""

USUAL = "usual"
LOSSES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        USUAL: {},
        "repulsion-1": {"beta": 1, "repulsion": 1},
        "repulsion-0.5": {"beta": 1, "repulsion": 0.5},
        "l2": {"beta": 2, "repulsion": 0, "churn": 0},
        "score-matching": {"loss": "score_matching"},
    }
)
"""Recipes of the weights, by what they change of the usual one."""

CONSTANTS = 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6
PARTICLES, SAMPLER_STEPS, SEEDS, WEIGHT_STEPS = 1000, 50, 3, 600


@lru_cache(maxsize=64)
def experiment(
    target: str, denoiser: str, loss: str = USUAL, particles: int = PARTICLES, steps: int = WEIGHT_STEPS
) -> Experiment:
    """The Experiment of a choice: w are the constants that a search tries.

    Parameters
    ----------
    target : one of `TITLES`
    denoiser : str
        One of `DENOISERS`, or any other number of optimiser steps.
    loss : one of `LOSSES`
    particles : int
        Of each class.
    steps : int
        Optimiser steps of the weights.
    """
    from gdviz.experiment import Experiment

    law = TARGET if target == "rings" else load(target).experiment.target.model_dump(mode="json")
    label = "0" if target == "rings" else getattr(load(target).experiment.guidance, "label", None)
    schedule = {"kind": "learned", "recipe": dict(LOSSES[loss]), "steps": steps}
    network = {"kind": "network", "recipe": RECIPE, "steps": denoiser}
    return Experiment.parse(
        {
            "target": law,
            "score": {"kind": "exact"} if denoiser == EXACT else {**network, "steps": int(denoiser)},
            "guidance": {"kind": "cfg", "label": label, "schedule": schedule},
            "sampler": {"kind": "churn", "churn": 1, "steps": SAMPLER_STEPS, "levels": {"kind": "cosine"}},
            "w": CONSTANTS,
            "particles": particles,
        }
    )


def weights_study(
    target: str,
    denoiser: str,
    loss: str = USUAL,
    particles: int = PARTICLES,
    seeds: int = SEEDS,
    steps: int = WEIGHT_STEPS,
) -> WeightsStudy:
    """What the weights of a choice look like and gain. Exact scores are one network: more seeds are more weights."""
    from gdviz.jobs.weights import WeightsStudy

    return WeightsStudy(experiment(target, denoiser, loss, particles, steps), seeds)


def reward_study(target: str, denoiser: str) -> RewardStudy:
    """The reward version of a choice, in the usual recipe."""
    from gdviz.jobs.weights_reward import RewardStudy

    return RewardStudy(experiment(target, denoiser))


def answer_name(target: str, denoiser: str, loss: str = USUAL, reward: bool = False) -> str:
    """Of the file that an answer comes in, if it came with the program."""
    return "-".join([target, denoiser, *([] if loss == USUAL else [loss]), *(["reward"] if reward else [])])
