"""gdviz.compare: the comparison from Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gdviz.comparison.answer import ComparisonAnswer
from gdviz.comparison.contest import Contest, entries
from gdviz.comparison.methods import Method, Takes, find_method
from gdviz.comparison.own import OwnCode
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.family import shown

if TYPE_CHECKING:
    from gdviz.experiment import Built


Rule = Callable[..., Any]
"""A guided score ``fn(problem, x, t, w)`` or a whole sampler ``fn(problem, w)``."""

SAMPLER_SCORES = 2.0
"""Network evaluations that a step of a caller's sampler is taken to ask for, unless it is said."""


def compare(
    methods: Iterable[str | Method | Rule] | Mapping[str, str | Method | Rule | Mapping[str, Any]],
    *,
    experiment: Experiment | dict[str, Any] | None = None,
    preset: str | None = None,
    w: float = 1.0,
    evaluations: int | Iterable[int] = 128,
    particles: int = 1024,
    seeds: int = 5,
    progress: Callable[[float], None] | None = None,
) -> ComparisonAnswer:
    """Hold guidance methods against each other on one scene, against exact samples of the goal p r^w / E r^w.

    Parameters
    ----------
    methods : names and functions, or a mapping of a title to a name, a function, or to what makes the method
        Names are those of ``gdviz compare --list``. A function is a guided score ``fn(problem, x, t, w)`` or a sampler
        ``fn(problem, w)``, the same that `gdviz.check` takes. A mapping ``{"guidance": {...}, "sampler": {...},
        "evaluations_a_step": 2}`` changes the scene's guidance and sampler as in an Experiment; ``{"rule": fn, "sampler":
        {...}, "evaluations_a_step": 2, "backend": "torch"}`` says more of a function. Both are taken to aim at the goal.
    experiment : Experiment or dict
        The scene: its target, and a label (cfg) or a reward.
    preset : str
        The scene of that name, in place of an Experiment.
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
        If a method is not known or does not fit the scene, a function does not return what it should, or the goal cannot be
        sampled at w.
    """
    from gdviz.checkpoints import build_trained
    from gdviz.sweep_request import RunExperiment

    scene = _scene(experiment, preset)
    named = {name: value for name, value in methods.items()} if isinstance(methods, Mapping) else {_name(m): m for m in methods}
    entered = [_method(title, value) for title, value in named.items()]
    if not entered:
        raise GdvizError("methods: found none; gdviz compare --list shows those that fit a scene.")
    budgets = [evaluations] if isinstance(evaluations, int) else list(evaluations)

    def execute(described: Experiment, built: Built) -> RunExperiment:
        return RunExperiment.on(described, built)

    contest = Contest(scene, w, particles, seeds, build_trained)
    entered = [contest.counted(method) for method in entered]
    found = tuple(entries(contest, entered, budgets, execute, progress or (lambda done: None)))
    plan = contest.plan
    return ComparisonAnswer(
        contest.goal.title, plan.unguided.name, plan.reward_title, w, particles, seeds,
        found, contest.floors(), contest.goal_shown(),
    )  # fmt: skip


def _scene(experiment: Experiment | dict[str, Any] | None, preset: str | None) -> Experiment:
    if (experiment is None) == (preset is None):
        raise GdvizError("experiment: found no scene or two; give experiment= or preset=.")
    if preset is None:
        return Experiment.parse(experiment)
    from gdviz.presets import load

    return load(preset).experiment


def _name(method: str | Method | Rule) -> str:
    return method if isinstance(method, str) else str(getattr(method, "name", getattr(method, "__name__", method)))


def _method(title: str, value: str | Method | Rule | Mapping[str, Any]) -> Method:
    if isinstance(value, Method):
        return value
    if isinstance(value, str):
        known = find_method(value)
        return known if value == title else replace(known, title=title)
    if not isinstance(value, Mapping):
        value = {"rule": value}
    if "rule" in value:
        return own_method(title, **_allowed(title, value, ("rule", "sampler", "evaluations_a_step", "backend")))
    changes = _allowed(title, value, ("guidance", "sampler", "evaluations_a_step"))
    scores = _cost(title, changes.pop("evaluations_a_step", 2))
    return Method(title, title, "cheap, biased", scores, **changes)


def own_method(
    title: str,
    rule: Rule,
    sampler: Mapping[str, Any] | None = None,
    evaluations_a_step: float | None = None,
    backend: str = "numpy",
    takes: Takes = "both",
) -> Method:
    """A function of the caller's as a method.

    Parameters
    ----------
    title : str
    rule : callable
    sampler : mapping, optional
        Runs a guided score: ddpm by default.
    evaluations_a_step : float, optional
        By default those of a guided score are counted, and a sampler has 2.
    backend : {"numpy", "torch"}
    takes : {"label", "reward", "both"}
        Scenes that it is for.

    Raises
    ------
    GdvizError
        If one of them is not what it should be.
    """
    if not callable(rule):
        raise GdvizError(
            f"method {title!r}: found {type(rule).__name__}; "
            "allowed: a name, a function (problem, x, t, w) or (problem, w), or a mapping."
        )
    if backend not in ("numpy", "torch"):
        raise GdvizError(f"method {title!r}: found backend {shown(backend)}; allowed: numpy, torch.")
    if takes not in ("label", "reward", "both"):
        raise GdvizError(f"method {title!r}: found takes {shown(takes)}; allowed: label, reward, both.")
    own = OwnCode(title, rule, "torch" if backend == "torch" else "numpy")
    if own.whole and sampler is not None:
        raise GdvizError(f"method {title!r}: found a sampler beside a function (problem, w), which is one.")
    usual = SAMPLER_SCORES if own.whole else 0.0  # of a guided score: counted
    scores = usual if evaluations_a_step is None else _cost(title, evaluations_a_step)
    return Method(title, title, "cheap, biased", scores, takes, sampler=sampler or {"kind": "ddpm"}, own=own)


def _allowed(title: str, value: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    unknown = sorted(str(name) for name in set(value) - set(names))
    if unknown:
        raise GdvizError(f"method {title!r}: found {unknown[0]!r}; allowed: {', '.join(names)}.")
    return dict(value)


def _cost(title: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise GdvizError(f"method {title!r}: found evaluations_a_step {shown(value)}; allowed: a number above 0.")
    return float(value)
