"""gdviz.compare: the comparison from Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gdviz.comparison.answer import ComparisonAnswer
from gdviz.comparison.contest import Contest, entries
from gdviz.comparison.methods import Method, find_method
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment

if TYPE_CHECKING:
    from gdviz.experiment import Built


def compare(
    methods: Iterable[str | Method] | Mapping[str, str | Method | Mapping[str, Any]],
    *,
    experiment: Experiment | dict[str, Any],
    w: float = 1.0,
    evaluations: int | Iterable[int] = 128,
    particles: int = 1024,
    seeds: int = 5,
    progress: Callable[[float], None] | None = None,
) -> ComparisonAnswer:
    """Hold guidance methods against each other on one scene, against exact samples of the goal p r^w / E r^w.

    Parameters
    ----------
    methods : names, or a mapping of a title to a name or to what makes the method
        Names are those of ``gdviz compare --list``. A mapping ``{"guidance": {...}, "sampler": {...}, "evaluations_a_step": 2}``
        changes the scene's guidance and sampler as in an Experiment; it is taken to aim at the goal.
    experiment : Experiment or dict
        The scene: its target, and a label (cfg) or a reward.
    w : float
        0 is no guidance.
    evaluations : int or several
        Network evaluations that a sample may cost.
    particles, seeds : int
        Samples of each run; runs of each method.
    progress : callable, optional
        Called with the share done.

    Raises
    ------
    GdvizError
        If a method is not known or does not fit the scene, or the goal cannot be sampled at w.
    """
    from gdviz.checkpoints import build_trained
    from gdviz.sweep_request import RunExperiment

    scene = Experiment.parse(experiment)
    named = {name: value for name, value in methods.items()} if isinstance(methods, Mapping) else {_name(m): m for m in methods}
    entered = [_method(title, value) for title, value in named.items()]
    if not entered:
        raise GdvizError("methods: found none; gdviz compare --list shows those that fit a scene.")
    budgets = [evaluations] if isinstance(evaluations, int) else list(evaluations)

    def execute(described: Experiment, built: Built) -> RunExperiment:
        return RunExperiment.on(described, built)

    contest = Contest(scene, w, particles, seeds, build_trained)
    found = tuple(entries(contest, entered, budgets, execute, progress or (lambda done: None)))
    plan = contest.plan
    return ComparisonAnswer(
        contest.goal.title, plan.unguided.name, plan.reward_title, w, particles, seeds,
        found, contest.floors(), contest.goal_shown(),
    )  # fmt: skip


def _name(method: str | Method) -> str:
    return method if isinstance(method, str) else method.name


def _method(title: str, value: str | Method | Mapping[str, Any]) -> Method:
    if isinstance(value, Method):
        return value
    if isinstance(value, str):
        known = find_method(value)
        return known if value == title else replace(known, title=title)
    unknown = set(value) - {"guidance", "sampler", "evaluations_a_step"}
    if unknown:
        raise GdvizError(f"method {title!r}: found {sorted(unknown)[0]!r}; allowed: guidance, sampler, evaluations_a_step.")
    changes = {name: value[name] for name in ("guidance", "sampler") if name in value}
    return Method(title, title, "cheap, biased", float(value.get("evaluations_a_step", 2)), **changes)
