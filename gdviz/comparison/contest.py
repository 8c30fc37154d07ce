"""A comparison run: every method, budget and seed on one scene, measured against exact samples of the goal."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from gdviz.comparison.answer import MEASURES, Entry
from gdviz.comparison.goal import Goal, goal_of
from gdviz.comparison.methods import Method
from gdviz.comparison.own import OwnCode, evaluations_of, with_own
from gdviz.experiment import Built, Experiment
from gdviz.laws import Law, Mixture
from gdviz.metrics.energy import Within, energy_distance
from gdviz.metrics.mmd import mmd
from gdviz.metrics.modes import MOST_MODES
from gdviz.metrics.reading import Reader
from gdviz.metrics.support import Support
from gdviz.metrics.transport import sliced_w2, w2
from gdviz.sweep import Chunk, PlanExecutor, PopulationReadings, SweepOptions, gathered

POINTS = 2000
"""Samples that enter the energy distance."""

SHOWN = 400
"""Samples of each method that are drawn."""

RUNAWAY = 100.0
"""A particle so many times farther out than any of the goal's samples has run away: too long steps, not a law."""

MANY = 1000
"""Steps over which a sampler's guided scores a step are counted."""

FIRST_GOAL_SEED = 1_000_003
"""Goal samples have seeds far from those of the runs."""


class Contest:
    """A scene, its goal, and exact samples of it.

    Parameters
    ----------
    scene : Experiment
        Its target and its label or reward are what is meant; its sampler's levels are used, its w and particles are not.
    w : float
    particles, seeds : int
    build : callable
        Builds an Experiment; trained networks come through it.

    Raises
    ------
    GdvizError
        If the scene has no goal, or the goal at w cannot be sampled.
    """

    def __init__(self, scene: Experiment, w: float, particles: int, seeds: int, build: Callable[[Experiment], Built]) -> None:
        self.scene, self.w, self.particles, self.seeds, self._build = scene, w, particles, seeds, build
        built = build(scene.model_copy(update={"measure": None}))
        self.goal: Goal = goal_of(built.plan, w)
        self.plan = built.plan
        self._measure = _Measure(built.law, self.goal)
        self._goals = [self.goal.draw(particles, FIRST_GOAL_SEED + k) for k in range(seeds)]
        self._far = RUNAWAY * float(self._goals[0].abs().max())
        self._plans = {scene.guidance.model_dump_json(): built.plan}

    def floors(self) -> dict[str, tuple[float | None, ...]]:
        """Every measure between two goal samples, a pair for each seed."""
        others = [self.goal.draw(self.particles, FIRST_GOAL_SEED + self.seeds + k) for k in range(self.seeds)]
        return _by_measure([self._measure(x, y) for x, y in zip(others, self._goals, strict=True)])

    def goal_shown(self) -> tuple[tuple[float, ...], ...]:
        return _shown(self._goals[0])

    def enter(
        self, method: Method, evaluations: int, execute: Callable[[Experiment, Built], PlanExecutor], told: Callable[[], None]
    ) -> Entry:
        """Run one method for one budget, every seed; `told` is called after each.

        Raises
        ------
        GdvizError
            If the method does not fit the scene.
        """
        experiment = method.described(self.scene, self.w, evaluations, self.particles)
        built = self._built(experiment, method.own)
        measured, seconds, fates, lost, shown = [], [], [], 0, None
        for seed in range(self.seeds):
            began = time.perf_counter()
            if method.own is not None and method.own.whole:
                drawn = method.own.draw(built.plan, built.levels, self.w, self.particles, seed, evaluations)
                chunk = Chunk(0, drawn[None].float())
            else:
                chunk = self._run(experiment, built, execute, seed)
            seconds.append(time.perf_counter() - began)
            x = chunk.x[-1]
            keep = self._whole(torch.isfinite(x).all(-1) & (x.abs() < self._far).all(-1), built.sampler.together)  # [N]
            lost += int((~keep).sum())
            fates.append([float(chunk.readings[name][-1].mean()) for name in ("ess", "ancestors") if name in chunk.readings])
            measured.append(self._measure(x[keep].double(), self._goals[seed], built.sampler.together))
            shown = shown or _shown(x[keep])
            told()
        ess, ancestors = (sum(v) / len(v) for v in zip(*fates, strict=True)) if fates[0] else (None, None)
        aims = "" if method.at_goal(self.w) else method.aims
        return Entry(
            method.name, method.title, method.rung, aims, evaluations, experiment.sampler.steps,
            _by_measure(measured), tuple(seconds), ess, ancestors, lost, shown or (),
        )  # fmt: skip

    @staticmethod
    def _whole(keep: Tensor, together: int) -> Tensor:
        """Populations count as a whole or not at all, [N]."""
        return keep.reshape(-1, together).all(-1).repeat_interleave(together)

    def counted(self, method: Method) -> Method:
        """The method with its cost, where that is a guided score of the caller's: it is tried and its evaluations are counted.

        Raises
        ------
        GdvizError
            If what it returns is no guided score.
        """
        if method.own is None or method.own.whole:
            return method
        most = evaluations_of(method.own, self.plan, self.w or 1.0)
        if method.scores:
            return method
        sampler = replace(method, scores=1.0).described(self.scene, self.w, MANY, self.particles).sampler
        return replace(method, scores=most * sampler.evaluations / sampler.steps)

    def _built(self, experiment: Experiment, own: OwnCode | None) -> Built:
        """Built once for each guidance: its laws may be tables, and do not depend on the sampler."""
        key = experiment.guidance.model_dump_json()
        if key not in self._plans:
            self._plans[key] = self._build(experiment).plan
        plan, sampler = self._plans[key], experiment.sampler
        if own is not None and not own.whole:
            plan = with_own(plan, own)
        sampler.check(plan)
        return Built(self.plan.unguided, plan, sampler, sampler.build_levels())

    def _run(
        self, experiment: Experiment, built: Built, execute: Callable[[Experiment, Built], PlanExecutor], seed: int
    ) -> Chunk:
        options = SweepOptions(experiment.w, self.particles, seed, observers=(PopulationReadings(),))
        return gathered(execute(experiment, built)(options))


class _Measure:
    """Reads the distance of samples from the goal."""

    def __init__(self, law: Law, goal: Goal) -> None:
        self._reader = Reader(law, goal.plan.reward)
        self._support = Support(goal.plan.unguided, 0)
        base = goal.plan.unguided
        few = isinstance(base, Mixture) and 1 < len(base.support) <= MOST_MODES
        self._modes = base if few and isinstance(base, Mixture) else None

    def __call__(self, x: Tensor, y: Tensor, together: int = 1) -> dict[str, float | None]:
        """Measures of samples x [n, d] against the goal's y [m, d]."""
        if len(x) < max(4, 2 * together):
            return dict.fromkeys(MEASURES)
        ours, theirs = self._reader(x), self._reader(y)
        settled, goal = self._reader.settled(ours), self._reader.settled(theirs)
        whole = len(settled) // together * together
        energy = energy_distance(Within(settled[: min(whole, max(POINTS // together, 2) * together)], together), goal[:POINTS])
        assert ours.log_reward is not None and theirs.log_reward is not None
        first, second = settled.double().numpy(), goal.double().numpy()
        values = {
            "energy_distance": energy.value,
            "w2": w2(first, second),
            "sliced_w2": sliced_w2(first, second),
            "mmd": mmd(settled, goal),
            "mode_weight_tv": self._mode_weights(settled, goal),
            "reward_gap": float(ours.log_reward.mean() - theirs.log_reward.mean()),
            "off_support": self._support.off(ours),
            "distinct": len(torch.unique(x, dim=0)) / len(x),
        }
        return {name: value if value is not None and math.isfinite(value) else None for name, value in values.items()}

    def _mode_weights(self, x: Tensor, y: Tensor) -> float | None:
        """Total variation between the shares of points nearest to each component."""
        law = self._modes
        if law is None:
            return None
        count = law.components.count
        a, b = (torch.bincount(law.nearest_index(points), minlength=count).double() / len(points) for points in (x, y))
        return 0.5 * float((a - b).abs().sum())


def _by_measure(measured: Sequence[Mapping[str, float | None]]) -> dict[str, tuple[float | None, ...]]:
    return {name: tuple(values[name] for values in measured) for name in MEASURES}


def _shown(x: Tensor) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(f"{c:.4g}") for c in point) for point in x[:SHOWN].tolist())


def entries(
    contest: Contest,
    methods: Sequence[Method],
    budgets: Sequence[int],
    execute: Callable[[Experiment, Built], PlanExecutor],
    progress: Callable[[float], None],
) -> Iterator[Entry]:
    """Every method at every budget, the largest first; progress after each run."""
    done, total = 0, len(methods) * len(budgets) * contest.seeds

    def told() -> None:
        nonlocal done
        done += 1
        progress(done / total)

    for evaluations in sorted(budgets, reverse=True):
        for method in methods:
            yield contest.enter(method, evaluations, execute, told)
