"""Learned weights that also seek a reward: reward against distance over the strength gamma_R, as background work."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdviz.jobs.keep import kept
from gdviz.jobs.weights import FLOW_TIMES, Answer, curves, weights_key
from gdviz.jobs.weights_contest import Contest, points_of, rounded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gdviz.experiment import Experiment
    from gdviz.jobs import Report
    from gdviz.rewards import Reward
    from gdviz.training import Task

    Floats = NDArray[np.float32]

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


@dataclass(frozen=True)
class RewardStudy:
    """One network, and weights for a grid of reward strengths.

    Attributes
    ----------
    experiment : Experiment
        As for `WeightsStudy`; its w are not looked at.
    strengths : tuple of float
        gamma_R, the first 0.
    """

    experiment: Experiment
    strengths: tuple[float, ...] = STRENGTHS

    def text(self) -> str:
        """What is asked, as JSON: `of_text` reads it."""
        asked = {"experiment": json.loads(self.experiment.canonical()), "reward": REWARD, "strengths": self.strengths}
        return json.dumps(asked, sort_keys=True)

    @staticmethod
    def of_text(text: str) -> RewardStudy:
        """The study behind a text."""
        from gdviz.experiment import Experiment

        asked = json.loads(text)
        return RewardStudy(Experiment.parse(asked["experiment"]), tuple(asked["strengths"]))

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
        """All trainings that it needs, each after those that it starts from."""
        from gdviz.checkpoints import required_tasks

        found = [task for strength in self.strengths for task in required_tasks(self.at(strength))]
        return tuple({task.id: task for task in found}.values())


def run_reward(text: str, root: str, report: Report) -> bytes:
    """Run a study (its text) with networks that are there, and keep its answer.

    The answer is strict JSON: ``learned``, one entry for each gamma_R with its ``curves`` and ``samples``; ``constant``, one
    for each w; ``tilt``, one for each k. An entry has ``at``, ``reward`` (mean of log r over the classes) and ``energy``
    (energy distance to p(x | c), mean over the classes), each a pair of value and standard error.

    Raises
    ------
    GdvizError
        If a network is not there: networks are trained elsewhere.
    """
    began, study, place = time.perf_counter(), RewardStudy.of_text(text), Path(root)
    answer: Answer = {"request": json.loads(text), "labels": [], "flow_times": FLOW_TIMES, "learned": []}
    for number, strength in enumerate(study.strengths):
        contest = Contest(study.at(strength), place)
        ends = [
            contest.sample(c, None, [1.0], SEED, study.experiment.particles)[0] for c in range(len(contest.law.labels))
        ]  # each [n, d]
        seen = _seen(contest, ends, strength)
        drawn = {"samples": [points_of(x) for x in ends], "curves": curves(contest.weights, len(ends))}
        answer["learned"].append({**seen, **drawn})
        answer["labels"] = list(contest.law.labels)
        report.progress((number + 1) / (len(study.strengths) + 2))
        report.partial(json.dumps({**answer, "constant": [], "tilt": [], "complete": False}, allow_nan=False).encode())
    contest = Contest(study.at(0.0), place)
    classes = range(len(contest.law.labels))
    constant = [contest.sample(c, {"kind": "constant"}, CONSTANTS, SEED, study.experiment.particles) for c in classes]
    answer["constant"] = [_seen(contest, [x[k] for x in constant], w) for k, w in enumerate(CONSTANTS)]
    answer["tilt"] = [_tilted(contest, k) for k in TILTS]
    answer["truth"] = [points_of(contest.truth(c, SEED, study.experiment.particles)) for c in classes]
    raw = json.dumps({**answer, "complete": True, "seconds": time.perf_counter() - began}, allow_nan=False).encode()
    return kept(root, weights_key(text), raw)


def _reward(contest: Contest, power: float = 1.0) -> Reward:
    from gdviz.rewards import RewardContext, build_reward
    from gdviz.rewards.exp import Exp

    asked = Exp.model_validate({**REWARD, "strength": power * REWARD["strength"]})
    return build_reward(asked, RewardContext(contest.law.dimension, contest.law.log_posterior, contest.law.labels))


def _seen(contest: Contest, ends: list[Floats], at: float) -> Answer:
    """Reward and distance of samples [n, d] of each class."""
    import torch

    from gdviz.metrics.energy import energy_distance

    reward, log_r, energy = _reward(contest), [], []
    for c, x in enumerate(ends):
        points = torch.from_numpy(x).double()  # [n, d]
        value = reward.log(points)  # [n]
        log_r.append((float(value.mean()), float(value.std()) / math.sqrt(len(value))))
        found = energy_distance(points, torch.from_numpy(contest.truth(c, SEED, len(x))).double())
        energy.append((float(found.value or 0.0), float(found.se or 0.0)))
    return {"at": at, "reward": rounded(_mean(log_r)), "energy": rounded(_mean(energy))}


def _tilted(contest: Contest, power: float) -> Answer:
    """The exact law p(x | c) r^k / E r^k of each class, by rejection: r is never above 1."""
    import torch

    reward, ends = _reward(contest, power), []
    for c, label in enumerate(contest.law.labels):
        given, generator = contest.law.given(label), torch.Generator().manual_seed(77 + c)
        accepted: list[torch.Tensor] = []
        while sum(len(x) for x in accepted) < TILT_POINTS:
            x = given.sample(DRAWN_AT_ONCE, generator).x  # [n, d]
            u = torch.rand(len(x), generator=generator, dtype=torch.float64)  # [n]
            accepted.append(x[u.log() < reward.log(x)])
        ends.append(torch.cat(accepted)[:TILT_POINTS].float().numpy())
    return _seen(contest, ends, power)


def _mean(found: list[tuple[float, float]]) -> tuple[float, float]:
    """Mean of independent means, and its standard error."""
    return sum(value for value, _ in found) / len(found), math.sqrt(sum(se**2 for _, se in found)) / len(found)
