"""The exact facts as a test of the caller's own sampler, or of the caller's own guided score."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError
from torch import Tensor

from gdviz.diffusion import Levels, Moment, TileNoise
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment, explain
from gdviz.facts.chain import chain_law, limit_law
from gdviz.facts.finding import RATE, CheckReport, Finding, report
from gdviz.facts.mistakes import recognise
from gdviz.facts.of_experiment import PARTICLES as EXPERIMENT_PARTICLES
from gdviz.facts.of_experiment import check_experiment
from gdviz.facts.problem import Array, Backend, Gaussian, Laws, Method, Predicts, Problem, two_gaussians
from gdviz.facts.sample_law import law_findings
from gdviz.family import shown
from gdviz.guidance import Guided
from gdviz.samplers import SAMPLERS, SamplerKind

W = {"cfg": (-1.0, 0.0, 1.0, 3.0, 10.0), "reward": (0.0, 0.5, 1.0, 3.0, 10.0)}
STEPS, LIMIT_STEPS = 30, 200
PARTICLES = 20_000
ENDS = {"start": 0.9999, "stop": 0.01}
"""Fixed ends, so that the number of steps changes nothing else; the last steps still weigh at 0.01."""

LIMIT_NARROW = 0.05
"""Variance across the line for samplers whose rule is not named: their step error there is not allowed to hide everything."""

Sampler = Callable[[Problem, float], Any]


def check(
    subject: Callable[..., Any] | Experiment | dict[str, Any],
    *,
    method: Method = "cfg",
    rule: str | dict[str, Any] | SamplerKind | None = None,
    predicts: Predicts = "score",
    scale: str = "w",
    backend: Backend = "numpy",
    w: Sequence[float] | None = None,
    steps: int | None = None,
    particles: int | None = None,
    rate: float = RATE,
    seed: int = 0,
) -> CheckReport:
    """Check your own guidance code against laws that are known exactly.

    Two styles, told apart by the number of arguments: a whole sampler ``fn(problem, w) -> samples [n, 2]``, or a guided
    score ``fn(problem, x, t, w) -> [n, 2]``, which is then run inside one of our samplers. `problem` is a `Problem`: the scores
    ``problem.cond(x, t)`` and ``problem.uncond(x, t)``, the levels, starting points and noise. On Gaussian scores each step of
    a sampler is affine, so the law of its samples after N steps is known, and nothing is allowed for the step size.

    Parameters
    ----------
    subject : callable, Experiment or dict
        An Experiment is checked by `gdviz.facts.check_experiment`.
    method : {"cfg", "reward"}
        ``cfg``: cond + w (cond - uncond). ``reward``: away + w (toward - away), where toward is p r / E r and away is p.
    rule : str, dict or SamplerKind, optional
        The step rule: a kind of sampler (``ddpm``, ``ancestral``, ``ddim``, ``heun``, ...) whose N-step law is then demanded
        exactly; ``sde`` or ``ode`` for any rule that converges to it, with the change against half as many steps allowed.
        By default ``ddpm`` for a guided score, and for a sampler whichever of ``sde`` and ``ode`` fits.
    predicts : {"score", "noise"}
        What the problem's functions give and a guided score returns; noise is -sqrt(t) score.
    scale : {"w", "gamma"}
        What is passed as the last argument: w, 0 for no guidance, or gamma = 1 + w.
    backend : {"numpy", "torch"}
        Kind of the arrays that are passed.
    w : sequence of float, optional
        Guidance scales to check, -1 to 10 by default.
    steps, particles : int, optional
    rate : float
        Chance that correct code fails any fact (Holm over all).
    seed : int
        Of the problem's starting points and noise.

    Returns
    -------
    CheckReport
        Prints as a table; `passed` says whether every fact holds.

    Raises
    ------
    GdvizError
        If an argument is not one of those allowed, or the function does not return samples.
    """
    if not callable(subject):
        return check_experiment(subject, particles=particles or EXPERIMENT_PARTICLES, rate=rate)
    _allow("method", method, W)
    _allow("predicts", predicts, ("score", "noise"))
    _allow("scale", scale, ("w", "gamma"))
    _allow("backend", backend, ("numpy", "torch"))
    began = time.perf_counter()
    arguments = _positional(subject)
    rules = [rule] if rule is not None else (["sde", "ode"] if arguments == 2 else ["ddpm"])
    if arguments == 4 and rules[0] in ("sde", "ode"):
        raise GdvizError(f"rule: found {rules[0]!r} for a guided score, which runs inside a sampler of ours; name its kind.")
    n = PARTICLES if particles is None else particles
    if not 100 <= n <= 1_000_000:
        raise GdvizError(f"particles: found {n}; allowed: 100 to 1,000,000.")
    scales = W[method] if w is None else tuple(float(value) for value in w)
    limit = rules[0] in ("sde", "ode")
    sampler = _sampler("ddpm" if limit else rules[0], steps or (LIMIT_STEPS if limit else STEPS))
    laws = two_gaussians(method, LIMIT_NARROW if limit else 0.0)
    levels = sampler.build_levels()

    def draw(levels: Levels, seed: int) -> tuple[dict[float, Array], int]:
        problem = Problem(laws, levels, n, np.random.default_rng(seed), backend, predicts)
        run = subject if arguments == 2 else _inside(subject, sampler, levels, predicts)
        samples = {value: _samples(problem, run, value, value + (scale == "gamma")) for value in scales}
        return samples, problem.evaluations

    fine, evaluations = draw(levels, seed)
    coarse, fewer = draw(levels.halved(), seed + 1) if limit else ({}, 0)
    if limit and evaluations and evaluations == fewer:
        raise GdvizError(
            f"your sampler: found {evaluations // len(scales)} score evaluations for {levels.steps} steps and as many for half "
            "of them; without a named rule `problem.steps` has to say how many steps are taken, for their effect is measured. "
            "Take as many steps as it says, on levels of your own between the same ends if you like, or name the rule."
        )
    title = f"your {'sampler' if arguments == 2 else 'guided score'}, {levels.steps} steps, against "
    reports = []
    for name in rules:
        exact = {v: limit_law(levels, laws, v, name == "sde") if limit else chain_law(sampler, levels, laws, v) for v in scales}
        findings = [f for v in scales for f in law_findings(f"w = {v:g}", fine[v], exact[v], coarse.get(v))]
        against = f"the {str(name).upper()}'s exact law" if limit else f"the exact law of {levels.steps} {_named(sampler)} steps"
        hint = "" if limit else _hint(findings, fine, sampler, levels, laws, rate)
        reports.append(report(title + against, findings, rate, time.perf_counter() - began, hint))
    return min(reports, key=lambda found: len(found.failures))


def _positional(fn: Callable[..., Any]) -> int:
    """2 for a sampler (problem, w), 4 for a guided score (problem, x, t, w)."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        parameters = ()  # type: ignore[assignment]
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    count = sum(p.kind in kinds and p.default is p.empty for p in parameters)
    if count not in (2, 4):
        raise GdvizError(
            f"function: found {count} positional arguments without default; allowed: a sampler (problem, w) "
            "or a guided score (problem, x, t, w)."
        )
    return count


def _sampler(rule: Any, steps: int) -> SamplerKind:
    if isinstance(rule, SamplerKind):
        value = {**rule.model_dump(mode="json"), "steps": steps}
    else:
        value = {"steps": steps, **(rule if isinstance(rule, dict) else {"kind": rule})}
    try:
        kind = SAMPLERS.kinds.get(str(value["kind"])) if "kind" in value else None
        if kind is None:
            raise GdvizError(f"rule: found {shown(value.get('kind'))}; allowed: {', '.join(SAMPLERS.kinds)}, sde, ode.")
        found = kind.model_validate({"levels": {"kind": "logit", **ENDS}, **value})
    except ValidationError as error:
        raise GdvizError(f"rule: {explain(error)}") from None
    assert isinstance(found, SamplerKind)
    return found


def _named(sampler: SamplerKind) -> str:
    return sampler.card.title


def _inside(fn: Callable[..., Any], sampler: SamplerKind, levels: Levels, predicts: Predicts) -> Sampler:
    """A guided score as a whole sampler: ours, with that score."""

    def run(problem: Problem, value: float) -> Tensor:
        def guide(x: Tensor, moment: Moment) -> Guided:
            found = _tensor(fn(problem, problem.own(x), moment.t, value), x.shape)
            total = found if predicts == "score" else -found / moment.t**0.5
            return Guided(total, torch.zeros_like(x), weight=0.0)

        x = _tensor(problem.start, None)
        noise = _Given(problem)
        for step in sampler.run(guide, levels, noise, x):
            x = step.x
        return x

    return run


class _Given(TileNoise):
    """The problem's own noise."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(0, problem.start.shape[1], 0, problem.n, torch.float64)
        self.problem = problem

    def step(self, moment: Moment) -> Tensor:
        return _tensor(self.problem.noise[moment.index], None)


def _samples(problem: Problem, run: Sampler, w: float, passed: float) -> Array:
    """The samples that a sampler returns, [n, d] float64."""
    with torch.no_grad(), np.errstate(over="ignore", invalid="ignore"):  # what overflows is a finding
        found = run(problem, passed)
    return _tensor(found, problem.start.shape, f"your sampler at w = {w:g}").numpy()


def _tensor(value: Any, shape: Any, what: str = "your guided score") -> Tensor:
    try:
        found = torch.as_tensor(value).detach().cpu().double()
    except (TypeError, ValueError, RuntimeError):
        raise GdvizError(f"{what}: found {type(value).__name__}; an array is required.") from None
    if shape is not None and tuple(found.shape) != tuple(shape):
        raise GdvizError(f"{what}: found shape {list(found.shape)}; {list(shape)} is required.")
    return found


def _allow(name: str, value: Any, allowed: Any) -> None:
    if value not in tuple(allowed):
        raise GdvizError(f"{name}: found {shown(value)}; allowed: {', '.join(allowed)}.")


def _hint(
    findings: list[Finding], samples: dict[float, Array], sampler: SamplerKind, levels: Levels, laws: Laws, rate: float
) -> str:
    """A known mistake whose law the samples do follow, when they do not follow the right one."""
    if report("", findings, rate, 0.0).passed:
        return ""

    def follows(law_at: Callable[[float], Gaussian]) -> bool:
        smallest = rate / len(findings)  # Bonferroni, so that the first w that does not fit settles it
        return all((f.p_value or 0.0) > smallest for v, x in samples.items() for f in law_findings("", x, law_at(v)))

    return recognise(sampler, levels, laws, follows)
