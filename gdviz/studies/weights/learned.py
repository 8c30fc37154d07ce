"""What learned guidance weights look like, and what they gain over several seeds of network and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gdviz.progress import part
from gdviz.record import Answer, Floats, significant
from gdviz.studies import Study, StudyContext
from gdviz.theory.weights import LossProfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gdviz.experiment import Experiment
    from gdviz.networks import FrozenWeights
    from gdviz.progress import ProgressCallback
    from gdviz.studies.weights.network import GuidedNetwork
    from gdviz.training import Task

FLOW_TIMES = tuple([round(0.02 * k, 2) for k in range(1, 50)] + [0.99])
"""Where curves over flow time are evaluated: 0.02 to 0.99."""

SHOWN_STEPS = 0.01, 0.1
"""Steps t - s of the curves: as sampling takes them and as the paper plots them, and the shortest of training."""

GRID = tuple(round(0.025 + 0.025 * k, 3) for k in range(39))
"""s and t of the maps."""

PROFILED = 0.3, 0.5, 0.7, 0.9
"""Flow times t from which a step of 0.1 is looked at loss by loss."""

PROFILE_W = tuple(round(-1 + 0.25 * k, 2) for k in range(17))

METHODS = "best constant", "limited interval"
"""Those that are searched for, each with one schedule."""

DRAWN = 200
"""Points a class in the scatter panels."""

Curves = Mapping[str, Floats]
"""By the length of the step (`step_name`), omega(t - step, t) over `FLOW_TIMES`, [C, T]; NaN where the step does not fit."""


@dataclass(frozen=True)
class WeightMap:
    """omega(c, s, t) on a grid, [C, S, T]; NaN where s is not below t."""

    s: tuple[float, ...]
    t: tuple[float, ...]
    omega: Floats


@dataclass(frozen=True)
class StepProfile:
    """What each loss, by name, asks for at the step from t down to s."""

    t: float
    s: float
    losses: Mapping[str, LossProfile]


@dataclass(frozen=True)
class Tried:
    """What the search for the best constant saw: the mean energy distance at each w."""

    w: tuple[float, ...]
    energy: tuple[float, ...]


@dataclass(frozen=True)
class SeedContest:
    """The contest on the network and the weights of one seed, by method.

    Attributes
    ----------
    energy : mapping
        Energy distance to p(x | c), mean over the classes.
    picked : mapping
        What a search picked; empty where there is none.
    search : mapping
        Sampling runs that were spent on it.
    floor : float
        95 % quantile of the distance between two samples of the truth.
    tried : Tried
    """

    energy: Mapping[str, float]
    picked: Mapping[str, str]
    search: Mapping[str, int]
    floor: float
    tried: Tried


@dataclass(frozen=True)
class FormingHistory:
    """The curves of the first seed at some of the optimiser steps of its training."""

    steps: tuple[int, ...]
    curves: tuple[Curves, ...]


@dataclass(frozen=True)
class LearnedAnswer(Answer):
    """Weights, and what they gain.

    Attributes
    ----------
    labels : tuple of str
    shares : tuple of float
        p(c).
    flow_times : tuple of float
    pushes : Floats, [C, T]
        Of `gdviz.theory.weights.push_sizes`: where they are small, weights are not identified.
    curves : Curves
    map : WeightMap
    profiles : tuple of StepProfile
    contests : tuple of SeedContest
        One a seed, as they come in; the rest is of the first seed.
    samples : mapping
        By method, and of the truth, `DRAWN` points of each class, [C, n, d].
    history : FormingHistory or None
        Comes with the answers of the program alone.
    """

    labels: tuple[str, ...]
    shares: tuple[float, ...]
    flow_times: tuple[float, ...]
    pushes: Floats
    curves: Curves
    map: WeightMap
    profiles: tuple[StepProfile, ...]
    contests: tuple[SeedContest, ...]
    samples: Mapping[str, Floats]
    history: FormingHistory | None = None


@dataclass(frozen=True)
class LearnedWeights(Study[LearnedAnswer]):
    """Learned weights against none, the best constant and the best limited interval.

    Attributes
    ----------
    experiment : Experiment
        Its guidance is cfg under a learned schedule, of any label: all labels are run. Its w are the constants that the
        search tries. Seeds of networks, weights and particles count from its own.
    seeds : int
        Networks, each with weights of its own.
    """

    name = "weights"
    answer = LearnedAnswer

    experiment: Experiment
    seeds: int = 3

    def with_seed(self, seed: int) -> Experiment:
        """The Experiment on network and weights of one seed."""
        from gdviz.scores.network import Network

        learned = self.experiment
        score, schedule = learned.score, learned.guidance.schedule
        if isinstance(score, Network):
            score = score.model_copy(update={"seed": score.seed + seed})
        schedule = schedule.model_copy(update={"seed": getattr(schedule, "seed", 0) + seed})
        guidance = learned.guidance.model_copy(update={"schedule": schedule})
        return learned.model_copy(update={"score": score, "guidance": guidance})

    def tasks(self) -> tuple[Task, ...]:
        """All trainings that it needs; the weights of the first seed come early."""
        from gdviz.checkpoints import required_tasks

        by_id = {task.id: task for seed in range(self.seeds) for task in required_tasks(self.with_seed(seed))}
        return tuple(by_id.values())

    def watched(self) -> Task:
        """The training whose weights are looked at: that of the first seed. Nothing is built to name it."""
        from gdviz.checkpoints import task_for
        from gdviz.guidance.schedules.learned import Learned
        from gdviz.scores import Wanted

        learned = self.experiment.guidance.schedule
        assert isinstance(learned, Learned)
        return task_for(self.experiment, Wanted("weights", None, learned.recipe, learned.steps, learned.seed))

    def run(self, context: StudyContext) -> LearnedAnswer:
        from gdviz.studies.weights.network import GuidedNetwork

        answer: LearnedAnswer | None = None
        for seed in range(self.seeds):
            network = GuidedNetwork(self.with_seed(seed), context.root)
            if answer is None:
                answer = _looks(network)
                context.partial(answer)
            contest, samples = _contest(network, seed, part(context.progress, seed / self.seeds, 1 / self.seeds))
            answer = replace(answer, samples=answer.samples or samples, contests=(*answer.contests, contest))
            if seed < self.seeds - 1:
                context.partial(answer)
        assert answer is not None
        return replace(answer, complete=True)


# ---------------------------------------------------------------------- what the weights look like
def _looks(network: GuidedNetwork) -> LearnedAnswer:
    """Curves, maps, where the weights are identified, and what each loss asks for."""
    from gdviz.theory.weights import loss_profiles, push_sizes

    law, profiles = network.law, []
    for t in PROFILED:
        losses = loss_profiles(law, network.scores, (t - 0.1, t), PROFILE_W, points=400)
        profiles.append(StepProfile(t, round(t - 0.1, 3), significant(losses, 5)))
    return LearnedAnswer(
        network.labels,
        tuple(law.class_probability(label) for label in network.labels),
        FLOW_TIMES,
        significant(push_sizes(law, network.scores, FLOW_TIMES), 5),
        curves(network.weights, len(network.labels)),
        maps(network.weights, len(network.labels)),
        tuple(profiles),
        contests=(),
        samples={},
        complete=False,
    )


def step_name(step: float) -> str:
    """As the keys of `Curves` have it."""
    return f"{step:g}"


def curves(weights: FrozenWeights, labels: int) -> Curves:
    """omega(t - step, t) at `FLOW_TIMES`, one row a class, by step."""
    by_step = {}
    for step in SHOWN_STEPS:
        fits = [t for t in FLOW_TIMES if t > step]
        blank = [np.nan] * (len(FLOW_TIMES) - len(fits))
        rows = [blank + weights.curve(label, fits, step) for label in range(labels)]
        by_step[step_name(step)] = significant(np.array(rows), 5)  # [C, T]
    return by_step


def maps(weights: FrozenWeights, labels: int) -> WeightMap:
    """omega(c, s, t) on a grid, for each class."""
    from gdviz.theory.weights import weight_map

    values = np.array([weight_map(weights, label, GRID, GRID) for label in range(labels)])  # [C, S, T]
    return WeightMap(GRID, GRID, _decimals(values, 3))


# ---------------------------------------------------------------------- what they gain
def _contest(network: GuidedNetwork, seed: int, progress: ProgressCallback) -> tuple[SeedContest, dict[str, Floats]]:
    """Energy distances of every method, and samples of each on the same noise."""
    from gdviz.studies.weights.contest import JUDGED, SEARCHES, Rules, hold

    asked = network.experiment
    searches = {name: SEARCHES[name][:1] for name in METHODS}
    rules = Rules(asked.w, asked.particles, asked.particles // 2, searches)
    held = hold(network, {"learned": network.learned}, rules, seed, progress)
    contest = SeedContest(
        held.distance,
        {name: held.picked.get(name, "") for name in held.distance},
        {name: held.search.get(name, 0) for name in held.distance},
        network.floor(JUDGED + seed, asked.particles),
        Tried(asked.w, tuple(held.tried.mean(0).tolist())),
    )
    truth = [network.truth(c, JUDGED + seed, DRAWN) for c in range(len(network.labels))]
    samples = {name: drawn([x[0] for x in ends]) for name, ends in held.samples.items()}
    return contest, {"truth": drawn(truth), **samples}


def drawn(samples: Sequence[NDArray[np.float32]]) -> Floats:
    """The first points of each class, [C, n, d], of two decimals."""
    return _decimals(np.array([x[:DRAWN] for x in samples], np.float64), 2)


def _decimals(values: Floats, count: int) -> Floats:
    """Python's rounding: numpy's differs in the last digit."""
    return np.reshape([round(value, count) for value in values.ravel().tolist()], values.shape)
