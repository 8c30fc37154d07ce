"""A caller's samples against the law of a named step rule, or, where none is named, against the limit of many steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from gdviz.diffusion import Levels
from gdviz.errors import GdvizError
from gdviz.facts.chain import chain_law, limit_law
from gdviz.facts.drawing import Caller
from gdviz.facts.finding import CheckReport, report
from gdviz.facts.mistakes import recognise
from gdviz.facts.own_levels import own_levels, uneven
from gdviz.facts.problem import Array, Gaussian, Laws, Method, two_gaussians
from gdviz.facts.rules import Rule, as_good, known_rules, law_of
from gdviz.facts.sample_law import all_findings, law_findings
from gdviz.samplers import SAMPLERS, SamplerKind

STEPS, LIMIT_STEPS = 30, 200
ENDS = {"start": 0.9999, "stop": 0.01}
"""Fixed ends, so that the number of steps changes nothing else; the last steps still weigh at 0.01."""

LIMIT_NARROW = 0.05
"""Variance across the line for samplers whose rule is not named: their step error there is not allowed to hide everything."""

TOLD = 0.1
"""Share of the false-alarm rate that is spent on telling which rule a sampler with none named follows."""

NEITHER = (
    "What you return lies between the SDE's limit and the ODE's: a rule that keeps a part of the noise, as DDIM with eta between "
    '0 and 1, follows neither; name it, as in rule={"kind": "ddim", "eta": 0.5}.'
)

LawAt = Callable[[float], Gaussian]


def check_rule(code: Caller, sampler: SamplerKind, laws: Laws, rate: float, seed: int) -> CheckReport:
    """Against the exact law of a named rule, on uneven levels where the rule names none, or on the sampler's own."""
    levels = sampler.build_levels()
    levels = uneven(levels) if sampler.levels == default_levels(sampler) else levels
    samples, asked = code.draw(sampler, laws, levels, seed)
    own = own_levels(levels, asked) if code.whole else None
    levels = own or levels
    result = replace(
        _of_law(samples, partial(chain_law, sampler, levels, laws), rate),
        subject=f"your {_what(code, levels)}, against the exact law of {_steps(sampler.card.title, levels, own)}",
    )
    if result.passed:
        return result
    for other, words in as_good(sampler):
        same = _of_law(samples, partial(chain_law, other, levels, laws), rate)
        if same.passed:
            return replace(same, subject=result.subject, hint=words)
    hint = recognise(sampler, levels, laws, lambda law_at: _follows(samples, law_at, rate / len(result.findings)))
    return replace(result, hint=hint)


def check_limit(code: Caller, names: Sequence[str], method: Method, steps: int, rate: float, seed: int) -> CheckReport:
    """Against the limit of many steps, the change against half as many allowed; a rule of ours that fits exactly does as well."""
    sampler = _on_default_levels(SAMPLERS.kinds["ddpm"], steps)
    laws, levels = two_gaussians(method, LIMIT_NARROW), sampler.build_levels()
    fine, asked = code.draw(sampler, laws, levels, seed)
    coarse, fewer = code.draw(sampler, laws, levels.halved(), seed + 1)
    if asked and len(asked) == len(fewer):
        return _of_fixed_steps(code, fine, own_levels(levels, asked), laws, levels, len(asked), rate)
    reports, limits = [], {name: {w: _limit(method, steps, w, name) for w in fine} for name in ("sde", "ode")}
    for name in names:
        findings = all_findings(fine, limits[name].__getitem__, coarse)
        subject = f"your {_what(code, levels)}, against the {name.upper()}'s exact law"
        reports.append(report(subject, findings, (1 - TOLD) * rate, 0.0))
    best = min(reports, key=lambda each: len(each.failures))
    best = replace(best, rate=rate)
    if best.passed:
        return _rule_on_uneven_levels(code, best, method, rate, seed + 2) if "ODE" in best.subject else best
    if len(names) == 1:
        return best
    fitting = _that_fit(fine, levels, laws, rate)
    if fitting:
        words = f"It follows neither the SDE's limit nor the ODE's, but {_which(fitting, levels)}."
        return replace(fitting[0][1], subject=f"your {_what(code, levels)}, against every rule that is known here", hint=words)
    return replace(best, hint=NEITHER if _between(fine, limits) else "")


@lru_cache(maxsize=256)
def _limit(method: Method, steps: int, w: float, name: str) -> Gaussian:
    levels = _on_default_levels(SAMPLERS.kinds["ddpm"], steps).build_levels()
    return limit_law(levels, two_gaussians(method, LIMIT_NARROW), w, name == "sde")


def _rule_on_uneven_levels(code: Caller, limit_report: CheckReport, method: Method, rate: float, seed: int) -> CheckReport:
    """A second look at few steps: what follows a rule that remembers a step on even levels has to follow it on uneven ones.

    Which rule that is is told at TOLD of the rate, and the facts of the uneven levels share the rest with the limit's. Rules of
    one step are not looked at: they have no other step to take a length from, and a right rule that is not ours may come near.
    """
    sampler = _on_default_levels(SAMPLERS.kinds["ddpm"], STEPS)
    laws, even = two_gaussians(method), sampler.build_levels()
    samples, _ = code.draw(sampler, laws, even, seed)
    rules = [rule for rule, _ in _that_fit(samples, even, laws, TOLD * rate) if rule.remembers]
    if not rules:
        return limit_report
    levels = uneven(even)
    samples, asked = code.draw(sampler, laws, levels, seed + 1)
    levels, kept = own_levels(levels, asked) or levels, limit_report.findings
    tried = {}
    for rule in rules:
        facts = all_findings(samples, law_of(rule, levels, laws))
        tried[rule.words] = [replace(f, fact=f"{f.fact}, {STEPS} uneven steps") for f in facts]
    words, facts = max(tried.items(), key=lambda item: min(f.p_value or 0.0 for f in item[1]))
    both = report(limit_report.subject, [*kept, *facts], (1 - TOLD) * rate, 0.0)
    hint = (
        f"On even levels what you return follows {words}, on uneven ones it does not: the length of a step, or the ratio of two, "
        "is taken from the wrong step."
    )
    return replace(both, rate=rate, hint="" if both.passed else hint)


def _of_fixed_steps(
    code: Caller, samples: dict[float, Array], own: Levels | None, laws: Laws, given: Levels, asked: int, rate: float
) -> CheckReport:
    """Of a sampler that takes steps of its own, however many it is asked for: any rule of ours on its own levels."""
    levels = own or given
    fitting = _that_fit(samples, levels, laws, rate)
    if fitting:
        subject = f"your {_what(code, levels)}{' of its own' if own else ''}, against every rule that is known here"
        return replace(fitting[0][1], subject=subject, hint=f"It follows {_which(fitting, levels)}.")
    raise GdvizError(
        f"your sampler: found {asked // len(code.scales)} score evaluations for {given.steps} steps and as many for half "
        "of them; without a named rule `problem.steps` has to say how many steps are taken, for their effect is measured. "
        f"None of our rules on the {levels.steps} levels that it asks for fits. Take as many steps as it says, on levels of your "
        "own between the same ends if you like, or name the rule."
    )


def _that_fit(samples: dict[float, Array], levels: Levels, laws: Laws, rate: float) -> list[tuple[Rule, CheckReport]]:
    """The rules whose exact law on these levels the samples follow, each with its report."""
    candidates = []
    for rule in known_rules(levels.steps):
        law_at = law_of(rule, levels, laws)
        if _follows(samples, law_at, rate / (4 * len(samples) + 3)):
            candidates.append((rule, _of_law(samples, law_at, rate)))
    return [(rule, fits) for rule, fits in candidates if fits.passed]


def _which(fitting: list[tuple[Rule, CheckReport]], levels: Levels) -> str:
    """The rules that fit, and how each is asked for."""
    return f"the exact law of {levels.steps} steps of {' or '.join(f'{rule.words} ({rule.asked})' for rule, _ in fitting)}"


def _between(samples: dict[float, Array], limits: dict[str, dict[float, Gaussian]]) -> bool:
    """Whether the spread lies between the limits' at every w where they differ, 10 % of the way off each."""
    shares = []
    for w, x in samples.items():
        sde, ode = (float(limits[name][w].covariance.trace()) for name in ("sde", "ode"))
        if abs(sde - ode) > 0.05 * sde:
            shares.append((float(x.var(0).sum()) - ode) / (sde - ode))
    return bool(shares) and all(0.1 < share < 0.9 for share in shares)


def _of_law(samples: dict[float, Array], law_at: LawAt, rate: float) -> CheckReport:
    return report("", all_findings(samples, law_at), rate, 0.0)


def _follows(samples: dict[float, Array], law_at: LawAt, smallest: float) -> bool:
    """Whether no fact is less likely than `smallest`; the first w that does not fit settles it."""
    return all((f.p_value or 0.0) > smallest for w, x in samples.items() for f in law_findings("", x, law_at(w)))


def default_levels(sampler: SamplerKind) -> object:
    """The levels of a rule that names none."""
    return _on_default_levels(type(sampler), sampler.steps).levels


def _on_default_levels(kind: object, steps: int) -> SamplerKind:
    assert isinstance(kind, type) and issubclass(kind, SamplerKind)
    return kind.model_validate({"kind": kind.kind_name(), "steps": steps, "levels": {"kind": "logit", **ENDS}})


def _what(code: Caller, levels: Levels) -> str:
    return f"{'sampler' if code.whole else 'guided score'}, {levels.steps} steps"


def _steps(words: str, levels: Levels, own: Levels | None) -> str:
    return f"{levels.steps} {words} steps" + (" on levels of its own" if own else "")
