"""Learned weights that also seek a reward: reward against distance over the strength gamma_R."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gdviz.record import Answer, Floats, significant
from gdviz.studies import Study, StudyContext
from gdviz.studies.weights.learned import FLOW_TIMES, Curves, curves, drawn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gdviz.experiment import Experiment
    from gdviz.rewards import Reward
    from gdviz.studies.weights.network import GuidedNetwork
    from gdviz.training import Task

    Points = NDArray[np.float32]

REWARD: dict[str, Any] = {
    "kind": "exp",
    "strength": 1,
    "of": {"kind": "ring_distance", "center": [0, 0], "radius": 3, "width": 1},
}
"""log r = -(|x| - 3)^2 / 2: near a circle around all classes, where each can go. It is never above 0 and falls as fast as it
likes, while a reward that grows faster than |x|^beta beats the self-consistency at any strength."""

REWARD_WORDS = "log r = −(|x| − 3)² / 2"

STRENGTHS = 0.0, 0.05, 0.1, 0.3, 1.0, 3.0
"""gamma_R."""

CONSTANTS = 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0
"""w of the constants beside."""

TILTS = 0.0, 0.25, 0.5, 1.0, 2.0, 4.0
"""k of the exact laws p(x | c) r^k / E r^k."""

TILT_POINTS, DRAWN_AT_ONCE = 2000, 20_000

SEED = 3000


Estimate = tuple[float, float]
"""A value and its standard error."""


@dataclass(frozen=True)
class RewardPoint:
    """Samples of all classes under one setting.

    Attributes
    ----------
    at : float
        The setting: gamma_R, w or k.
    reward : Estimate
        Mean of log r, over the classes.
    energy : Estimate
        Energy distance to p(x | c), mean over the classes.
    """

    at: float
    reward: Estimate
    energy: Estimate


@dataclass(frozen=True)
class LearnedPoint(RewardPoint):
    """Those of learned weights, with the weights and some samples of each class, [C, n, d]."""

    samples: Floats
    curves: Curves


@dataclass(frozen=True)
class RewardAnswer(Answer):
    """Reward against distance.

    Attributes
    ----------
    labels : tuple of str
    flow_times : tuple of float
        Of the curves.
    learned : tuple of LearnedPoint
        One for each gamma_R, as they come in.
    constant : tuple of RewardPoint
        One for each w; these, the tilts and the truth come at the end.
    tilt : tuple of RewardPoint
        Exact laws p(x | c) r^k / E r^k, one for each k.
    truth : Floats, [C, n, d]
        Samples of p(x | c); empty until then.
    """

    labels: tuple[str, ...]
    flow_times: tuple[float, ...]
    learned: tuple[LearnedPoint, ...]
    constant: tuple[RewardPoint, ...]
    tilt: tuple[RewardPoint, ...]
    truth: Floats


@dataclass(frozen=True)
class RewardWeights(Study[RewardAnswer]):
    """One network, and weights for a grid of reward strengths.

    Attributes
    ----------
    experiment : Experiment
        As for `LearnedWeights`; its w are not looked at.
    strengths : tuple of float
        gamma_R, the first 0.
    """

    name = "weights-reward"
    answer = RewardAnswer

    experiment: Experiment
    strengths: tuple[float, ...] = STRENGTHS

    def request(self) -> dict[str, Any]:
        return {**super().request(), "reward": REWARD}

    def at(self, strength: float) -> Experiment:
        """The Experiment whose weights are learned with a reward of so much strength."""
        from gdviz.guidance.schedules.learned import Learned
        from gdviz.rewards import REWARDS

        schedule = self.experiment.guidance.schedule
        assert isinstance(schedule, Learned)
        if not strength:
            return self.experiment
        more = {"reward": REWARDS.parse(REWARD), "reward_strength": strength}
        schedule = schedule.model_copy(update={"recipe": schedule.recipe.model_copy(update=more)})
        guidance = self.experiment.guidance.model_copy(update={"schedule": schedule})
        return self.experiment.model_copy(update={"guidance": guidance})

    def tasks(self) -> tuple[Task, ...]:
        from gdviz.checkpoints import required_tasks

        by_id = {task.id: task for strength in self.strengths for task in required_tasks(self.at(strength))}
        return tuple(by_id.values())

    def run(self, context: StudyContext) -> RewardAnswer:
        from gdviz.guidance.schedules.constant import Constant
        from gdviz.studies.weights.network import GuidedNetwork

        particles = self.experiment.particles
        answer = RewardAnswer((), FLOW_TIMES, (), (), (), np.zeros((0, 0, 0)), complete=False)
        for number, strength in enumerate(self.strengths):
            network = GuidedNetwork(self.at(strength), context.root)
            ends = [x[0] for x in network.sample(network.learned, [1.0], SEED, particles)]  # [n, d] each
            seen = _seen(network, ends, strength)
            point = LearnedPoint(seen.at, seen.reward, seen.energy, drawn(ends), curves(network.weights, len(ends)))
            answer = replace(answer, labels=network.labels, learned=(*answer.learned, point))
            context.progress((number + 1) / (len(self.strengths) + 2))
            context.partial(answer)
        network = GuidedNetwork(self.at(0.0), context.root)
        constant = network.sample(Constant(), CONSTANTS, SEED, particles)  # [W, n, d] each
        truth = [network.truth(c, SEED, particles) for c in range(len(network.labels))]
        return replace(
            answer,
            constant=tuple(_seen(network, [x[k] for x in constant], w) for k, w in enumerate(CONSTANTS)),
            tilt=tuple(_tilted(network, k) for k in TILTS),
            truth=drawn(truth),
            complete=True,
        )


def _reward(network: GuidedNetwork, power: float = 1.0) -> Reward:
    from gdviz.rewards import RewardContext, build_reward
    from gdviz.rewards.exp import Exp

    law, asked = network.law, Exp.model_validate({**REWARD, "strength": power * REWARD["strength"]})
    return build_reward(asked, RewardContext(law.dimension, law.log_posterior, law.labels))


def _seen(network: GuidedNetwork, ends: Sequence[Points], at: float) -> RewardPoint:
    """Reward and distance of samples [n, d] of each class."""
    import torch

    from gdviz.metrics.energy import energy_distance

    reward, log_r, energy = _reward(network), [], []
    for c, x in enumerate(ends):
        points = torch.from_numpy(x).double()  # [n, d]
        value = reward.log(points)  # [n]
        log_r.append((float(value.mean()), float(value.std()) / math.sqrt(len(value))))
        distance = energy_distance(points, torch.from_numpy(network.truth(c, SEED, len(x))).double())
        energy.append((float(distance.value or 0.0), float(distance.se or 0.0)))
    return RewardPoint(at, _mean(log_r), _mean(energy))


def _tilted(network: GuidedNetwork, power: float) -> RewardPoint:
    """The exact law p(x | c) r^k / E r^k of each class, by rejection: r is never above 1."""
    import torch

    reward, ends = _reward(network, power), []
    for c, label in enumerate(network.labels):
        given, generator = network.law.given(label), torch.Generator().manual_seed(77 + c)
        accepted: list[torch.Tensor] = []
        while sum(len(x) for x in accepted) < TILT_POINTS:
            x = given.sample(DRAWN_AT_ONCE, generator).x  # [n, d]
            u = torch.rand(len(x), generator=generator, dtype=torch.float64)  # [n]
            accepted.append(x[u.log() < reward.log(x)])
        ends.append(torch.cat(accepted)[:TILT_POINTS].float().numpy())
    return _seen(network, ends, power)


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    """Mean of independent means, and its standard error, of five digits."""
    error = math.sqrt(sum(se**2 for _, se in estimates)) / len(estimates)
    return significant((sum(value for value, _ in estimates) / len(estimates), error), 5)
