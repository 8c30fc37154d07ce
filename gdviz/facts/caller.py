"""The exact facts as a test of the caller's own sampler, or of the caller's own guided score."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment, explain
from gdviz.facts.against import ENDS, LIMIT_STEPS, STEPS, check_limit, check_rule
from gdviz.facts.drawing import Caller
from gdviz.facts.finding import RATE, CheckReport
from gdviz.facts.functions import is_whole
from gdviz.facts.of_experiment import PARTICLES as EXPERIMENT_PARTICLES
from gdviz.facts.of_experiment import check_experiment
from gdviz.facts.problem import Backend, Method, Predicts, two_gaussians
from gdviz.facts.rules import VARIANCES, Variance
from gdviz.family import shown
from gdviz.samplers import SAMPLERS, SamplerKind

W = {"cfg": (-1.0, 0.0, 0.35, 1.0, 3.0, 10.0), "reward": (-0.3, 0.0, 0.35, 1.0, 3.0, 10.0)}
"""A negative one and a fraction among them: w rounded or without its sign is wrong there."""

PARTICLES = 20_000


def check(
    subject: Callable[..., Any] | Experiment | dict[str, Any],
    *,
    method: Method = "cfg",
    rule: str | dict[str, Any] | SamplerKind | None = None,
    variance: Variance = "beta/alpha",
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
        By default ``ddpm`` for a guided score, and for a sampler whichever of ``sde`` and ``ode`` fits, else any kind whose
        N-step law does. Levels are the problem's, which are uneven where a kind is named, or the sampler's own between the same
        ends: they are told by the t at which it asks for scores.
    variance : {"beta/alpha", "beta", "posterior"}
        Of the noise of ``ddpm``: ours, that of Ho et al.'s Algorithm 2, or beta t' / t (which is ``ancestral``).
    predicts : {"score", "noise"}
        What the problem's functions give and a guided score returns; noise is -sqrt(t) score.
    scale : {"w", "gamma"}
        What is passed as the last argument: w, 0 for no guidance, or gamma = 1 + w.
    backend : {"numpy", "torch"}
        Kind of the arrays that are passed.
    w : sequence of float, optional
        Guidance scales to check, -1 to 10 by default (-0.3 to 10 for ``reward``), a fraction among them.
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
    _allow("variance", variance, VARIANCES)
    began = time.perf_counter()
    whole = is_whole(subject)
    n = PARTICLES if particles is None else particles
    if not 100 <= n <= 1_000_000:
        raise GdvizError(f"particles: found {n}; allowed: 100 to 1,000,000.")
    scales = W[method] if w is None else tuple(float(value) for value in w)
    code = Caller(subject, whole, n, backend, predicts, scales, scale == "gamma")
    if rule in ("sde", "ode") or (rule is None and whole):
        if not whole:
            raise GdvizError(f"rule: found {rule!r} for a guided score, which runs inside a sampler of ours; name its kind.")
        if variance != "beta/alpha":
            raise GdvizError(f"variance: found {variance!r} without a rule; it is that of rule='ddpm'.")
        result = check_limit(code, ["sde", "ode"] if rule is None else [rule], method, steps or LIMIT_STEPS, rate, seed)
    else:
        sampler = _sampler(rule or "ddpm", steps or STEPS, variance)
        result = check_rule(code, sampler, two_gaussians(method), rate, seed)
    return replace(result, seconds=time.perf_counter() - began)


def _sampler(rule: Any, steps: int, variance: Variance) -> SamplerKind:
    if isinstance(rule, SamplerKind):
        value = {**rule.model_dump(mode="json"), "steps": steps}
    else:
        value = {"steps": steps, **(rule if isinstance(rule, dict) else {"kind": rule})}
    try:
        rules = {name: kind for name, kind in SAMPLERS.kinds.items() if issubclass(kind, SamplerKind) and kind.step_rule}
        kind = rules.get(str(value["kind"])) if "kind" in value else None
        if kind is None:
            raise GdvizError(f"rule: found {shown(value.get('kind'))}; allowed: {', '.join(rules)}, sde, ode.")
        sampler = kind.model_validate({"levels": {"kind": "logit", **ENDS}, **value})
    except ValidationError as error:
        raise GdvizError(f"rule: {explain(error)}") from None
    assert isinstance(sampler, SamplerKind)
    if variance == "beta/alpha":
        return sampler
    if sampler.kind_name() != "ddpm":
        raise GdvizError(f"variance: found {variance!r} for {sampler.kind_name()}; it is that of rule='ddpm'.")
    return VARIANCES[variance].model_validate({**sampler.model_dump(mode="json"), "kind": VARIANCES[variance].kind_name()})


def _allow(name: str, value: Any, allowed: Any) -> None:
    if value not in tuple(allowed):
        raise GdvizError(f"{name}: found {shown(value)}; allowed: {', '.join(allowed)}.")
