"""What the page of learned weights can be about: labelled laws in the plane, lengths of training, losses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from gdviz.networks import WeightRecipe
from gdviz.papers.learned_weights import LEARNED, RECIPE, TARGET
from gdviz.presets import load
from gdviz.theory.weights import L2, LESS_REPULSION, PAPER, SCORE_MATCHING

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

PAPERS, PATH = "paper", "path"
PATH_SCHEDULE = LEARNED["learned"]
"""That of the table of learned weights."""

LOSSES: Mapping[str, WeightRecipe] = MappingProxyType(
    {
        PAPERS: PAPER,
        PATH: WeightRecipe.model_validate(PATH_SCHEDULE["recipe"]),
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
    return int(PATH_SCHEDULE["steps"]) if loss == PATH else WEIGHT_STEPS


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
    recipe = LOSSES[loss].model_dump(mode="json")
    schedule = {"kind": "learned", "recipe": recipe, "steps": steps or usual_steps(loss)}
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
) -> WeightsStudy:
    """What the weights of a choice look like and gain. Exact scores are one network: more seeds are more weights."""
    from gdviz.jobs.weights import WeightsStudy

    return WeightsStudy(experiment(target, denoiser, loss, particles, steps), seeds)


def reward_study(target: str, denoiser: str, loss: str = PAPERS) -> RewardStudy:
    """The reward version of a choice."""
    from gdviz.jobs.weights_reward import RewardStudy

    return RewardStudy(experiment(target, denoiser, loss))
