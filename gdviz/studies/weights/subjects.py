"""What the page of learned weights can be about: labelled laws in the plane, lengths of training, losses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from gdviz.guidance.schedules.learned import Learned
from gdviz.networks import WeightRecipe
from gdviz.presets import load
from gdviz.studies.weights.contest import LEARNED
from gdviz.studies.weights.learned import LearnedWeights
from gdviz.studies.weights.reward import RewardWeights
from gdviz.theory.weights import L2, LESS_REPULSION, PAPER, SCORE_MATCHING

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

TARGET = {"kind": "ring", "count": 3, "radius": 2, "sigma": 0.5}

RECIPE = {
    "width": 64,
    "depth": 3,
    "frequencies": 0,
    "prediction": "velocity",
    "embedding_std": 0.05,
    "label_dropout": 0.2,
    "batch": 128,
    "rate": 8e-3,
    "averaging": 0.0,
}
"""A velocity network 3 x 64, no averaging. The rate falls to 0 over the steps; its size was chosen once, on the distance
without guidance: 80 and 100 steps leave about as much as in MATH section 3."""

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

PAPERS, PATH = "paper", "path"
PATH_SCHEDULE = LEARNED["learned"]
"""That of the table of learned weights."""

LOSSES: Mapping[str, WeightRecipe] = MappingProxyType(
    {
        PAPERS: PAPER,
        PATH: PATH_SCHEDULE.recipe,
        "repulsion-0.5": LESS_REPULSION,
        "l2": L2,
        "score-matching": SCORE_MATCHING,
    }
)
"""Recipes of the weights by name: the paper's; one that starts its steps from points of the sampler's own path;
other losses."""

CONSTANTS = 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6
PARTICLES, SAMPLER_STEPS, SEEDS, WEIGHT_STEPS = 1000, 50, 3, 600


def usual_steps(loss: str) -> int:
    """Optimiser steps of the weights: one along a path costs more and says more."""
    return PATH_SCHEDULE.steps if loss == PATH else WEIGHT_STEPS


@lru_cache(maxsize=64)
def experiment(
    target: str, denoiser: str, loss: str = PAPERS, particles: int = PARTICLES, steps: int | None = None
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
    steps : int, optional
        Optimiser steps of the weights; `usual_steps` if not given.
    """
    from gdviz.experiment import Experiment

    law = TARGET if target == "rings" else load(target).experiment.target.model_dump(mode="json")
    label = "0" if target == "rings" else getattr(load(target).experiment.guidance, "label", None)
    schedule = Learned(recipe=LOSSES[loss], steps=steps or usual_steps(loss)).model_dump(mode="json")
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
    loss: str = PAPERS,
    particles: int = PARTICLES,
    seeds: int = SEEDS,
    steps: int | None = None,
) -> LearnedWeights:
    """What the weights of a choice look like and gain. Exact scores are one network: more seeds are more weights."""
    return LearnedWeights(experiment(target, denoiser, loss, particles, steps), seeds)


def reward_study(target: str, denoiser: str, loss: str = PAPERS) -> RewardWeights:
    """The reward version of a choice."""
    return RewardWeights(experiment(target, denoiser, loss))
