"""What the browser needs to run a scene's Experiment itself: the mixture, the reward as exponentials, the noise levels.

A page moves w, or a mode, between two answers of the server with the same noise (`gdviz.server.noise_route`) and this model
(``web/live``). What is not covered says so, and the player then interpolates as it does without.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.experiment import Built, Experiment
from gdviz.guidance import Plan, Unified
from gdviz.guidance.none import Unguided
from gdviz.laws import Mixture
from gdviz.laws.components import FullComponents, SharedComponents
from gdviz.rewards import Reward
from gdviz.rewards.class_probability import ClassProbabilityReward
from gdviz.scores.exact import Exact

MOST_COMPONENTS = 512
"""Components of the mixture, and of the tilted one; more are too slow to follow a pointer."""

MOST_STEPS = 400

SAMPLERS = ("ddpm", "ancestral", "ddim")
GUIDANCE = ("cfg", "reward", "none")
SCHEDULES = ("constant", "interval", "linear", "cosine", "clamped", "beta")


def live_model(experiment: Experiment, built: Built, frame_levels: NDArray[np.int64], device: str = "cpu") -> dict[str, Any]:
    """The model as plain numbers, or ``{"absent": why}``.

    Parameters
    ----------
    experiment : Experiment
    built : Built
        Of it.
    frame_levels : ndarray, shape [F]
        Indices of the levels that the scene shows.
    device : str
        Where the run drew its noise. The noise route draws on the CPU, and another device's is another noise.

    Returns
    -------
    dict
        ``components`` (log_weights [K], means [K][d], covs [K][d][d], labels [K] into ``names``, -1 for none),
        ``exponentials`` of r where it has them (constant [m], linear [m][d], curvature [m][d][d]), ``log_reward`` [K] where the
        components are atoms, ``log_snr`` [steps + 1], ``frames`` [F], ``seed`` and ``steps``.
    """
    reason = _reason(experiment, built, device)
    if reason is not None:
        return {"absent": reason}
    law, levels, reward = built.law, built.levels, built.plan.reward
    assert isinstance(law, Mixture)
    guides = reward if experiment.guidance.kind_name() == "reward" else None
    return {
        "components": _components(law),
        "names": list(law.labels),
        "exponentials": _exponentials(guides),
        "log_reward": guides.log(law.components.means[law.support]).tolist() if guides and law.atomic else None,
        "log_snr": levels.log_snr.tolist(),
        "frames": [int(level) for level in frame_levels],
        "seed": experiment.seed,
        "steps": levels.steps,
    }


def _reason(experiment: Experiment, built: Built, device: str) -> str | None:
    """Why the model is not covered, as a clause; None where it is."""
    law, plan, guidance = built.law, built.plan, experiment.guidance
    if not isinstance(experiment.score, Exact):
        return f"the scores are not exact but {experiment.score.kind_name()!r}"
    if experiment.sampler.kind_name() not in SAMPLERS:
        return f"the sampler {experiment.sampler.kind_name()!r} is not among {', '.join(SAMPLERS)}"
    if built.levels.steps > MOST_STEPS:
        return f"{built.levels.steps} steps are more than {MOST_STEPS}"
    if guidance.kind_name() not in GUIDANCE or not isinstance(plan.rule, Unified | Unguided):
        return f"the guidance {guidance.kind_name()!r} is not among {', '.join(GUIDANCE)}"
    if guidance.schedule.kind_name() not in SCHEDULES:
        return f"the schedule {guidance.schedule.kind_name()!r} is not a formula"
    if not isinstance(law, Mixture) or law.dimension > 2:
        return "the target is no mixture on a line or in the plane"
    count = max(len(side.log_weights) for side in (law, plan.toward, plan.away) if isinstance(side, Mixture))
    if count > MOST_COMPONENTS:
        return f"{count} components are more than {MOST_COMPONENTS}"
    if not _closed(plan):
        return "the reward has no closed form on this target"
    if device != "cpu":
        return f"the run's noise was drawn on {device}"
    return None


def _closed(plan: Plan) -> bool:
    """Whether both laws of the push are mixtures with finite weights at least somewhere."""
    return all(side is None or isinstance(side, Mixture) for side in (plan.toward, plan.away))


def _components(law: Mixture) -> dict[str, Any]:
    """Those with mass, so that every log weight is a number."""
    keep, parts = law.support, law.components
    if isinstance(parts, SharedComponents):
        eye = parts.variance * torch.eye(law.dimension, dtype=torch.float64)
        covariances = eye.expand(len(keep), -1, -1)  # [K, d, d]
    else:
        assert isinstance(parts, FullComponents)
        covariances = parts.covariances[keep]
    return {
        "log_weights": law.log_weights[keep].tolist(),
        "means": parts.means[keep].tolist(),
        "covs": covariances.tolist(),
        "labels": law.component_labels[keep].tolist(),
    }


def _exponentials(reward: Reward | None) -> dict[str, Any] | None:
    terms = None if reward is None or isinstance(reward, ClassProbabilityReward) else reward.exponentials()
    if terms is None:
        return None
    return {"constant": terms.constant.tolist(), "linear": terms.linear.tolist(), "curvature": terms.curvature.tolist()}
