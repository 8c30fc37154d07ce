"""One line of a check, and the report that decides over all of them at one false-alarm rate."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from scipy.special import ndtr

Verdict = Literal["holds", "fails", "not applicable"]

RATE = 1e-3
"""Chance that a check of something correct reports any failure at all."""


@dataclass(frozen=True)
class Finding:
    """One exact fact, held against what was measured.

    Attributes
    ----------
    fact : str
        What is claimed, e.g. ``E 1/p(c | x) at w = 0``.
    expected, measured : float or None
    se : float or None
        Standard error of `measured`; None where the fact is about a whole distribution, or exact.
    step_change : float or None
        Allowance for the step size: the change against half as many steps. None where the expected value
        is that of the very same number of steps.
    p_value : float or None
        Chance of a difference at least so large if the fact holds.
    verdict : {"holds", "fails", "not applicable"}
    reason : str
        Why the fact does not apply.
    """

    fact: str
    expected: float | None = None
    measured: float | None = None
    se: float | None = None
    step_change: float | None = None
    p_value: float | None = None
    verdict: Verdict = "holds"
    reason: str = ""


@dataclass(frozen=True)
class CheckReport:
    """All findings of a check.

    Attributes
    ----------
    subject : str
        What was checked.
    findings : tuple of Finding
    rate : float
        Family-wise false-alarm rate, kept by Holm's procedure over all facts that apply.
    seconds : float
    hint : str
        What a failure looks like, where that is recognised.
    """

    subject: str
    findings: tuple[Finding, ...]
    rate: float = RATE
    seconds: float = 0.0
    hint: str = ""

    @property
    def applicable(self) -> tuple[Finding, ...]:
        """The findings with a verdict."""
        return tuple(f for f in self.findings if f.verdict != "not applicable")

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that failed."""
        return tuple(f for f in self.findings if f.verdict == "fails")

    @property
    def passed(self) -> bool:
        """Whether no fact failed and at least one applied."""
        return bool(self.applicable) and not self.failures

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        count, failed = len(self.applicable), len(self.failures)
        if not count:
            return "No exact fact applies here, so nothing was checked."
        facts = "fact" if count == 1 else "facts"
        if not failed:
            said = f"All {count} {facts} hold."
        else:
            said = f"{self._where()}{failed} of {count} {facts} failed, most clearly: {self._how(self._clearest())}."
        return f"{said} {self.hint}".strip()

    def _clearest(self) -> Finding:
        """The failure that says most: the farthest off in its own errors."""

        def far(finding: Finding) -> float:
            if finding.expected is None or finding.measured is None or not finding.se:
                return 0.0
            return (abs(finding.measured - finding.expected) - (finding.step_change or 0.0)) / finding.se

        return max(self.failures, key=far)

    def _where(self) -> str:
        """Which w fail and which hold, where what fails is about one w each; else nothing."""
        scales = {f.fact: f.fact.partition(": ")[0] for f in self.applicable if f.fact.startswith("w = ") and ": " in f.fact}
        if not all(f.fact in scales for f in self.failures):
            return ""
        failing = list(dict.fromkeys(scales[finding.fact] for finding in self.failures))
        holding = [name for name in dict.fromkeys(scales.values()) if name not in failing]
        if not holding:
            return f"Every w fails, {_listed(failing)}. "
        verbs = ("fails" if len(failing) == 1 else "fail"), ("holds" if len(holding) == 1 else "hold")
        return f"{_listed(failing)} {verbs[0]}, {_listed(holding)} {verbs[1]}. "

    @staticmethod
    def _how(finding: Finding) -> str:
        """One failure in words: what was found, what is right, and how much that is."""
        if finding.expected is None or finding.measured is None:
            return finding.fact
        off = finding.measured - finding.expected
        size = f", {100 * abs(off / finding.expected):.2g} %" if abs(finding.expected) > 1e-9 else ""
        errors = f", {abs(off) / finding.se:.3g} standard errors" if finding.se else ""
        return (
            f"{finding.fact} is {finding.measured:.4g} where {finding.expected:.4g} is right, too "
            f"{'large' if off > 0 else 'small'} by {abs(off):.2g}{size}{errors}"
        )

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values."""
        return {**asdict(self), "findings": [asdict(f) for f in self.findings], "passed": self.passed, "sentence": self.sentence}

    def rows(self) -> list[tuple[str, ...]]:
        """The findings as text: fact, expected, measured, standard error, step change, p, verdict."""
        return [
            (f.fact, *(_short(v) for v in (f.expected, f.measured, f.se, f.step_change, f.p_value)), _verdict(f))
            for f in self.findings
        ]

    def __str__(self) -> str:
        lines = [HEADINGS, *self.rows()]
        widths = [max(len(line[k]) for line in lines) for k in range(len(HEADINGS) - 1)]
        table = ["  ".join([*map(str.ljust, line, widths), line[-1]]).rstrip() for line in lines]
        return "\n".join([self.subject, *table, self.sentence, self.footnote])

    @property
    def footnote(self) -> str:
        """What the verdicts rest on."""
        return f"Something correct fails with probability at most {self.rate:g} (Holm over {len(self.applicable)} facts)."

    def _repr_html_(self) -> str:
        def line(cells: Sequence[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        body = "".join(line(row, "td") for row in self.rows())
        words = html.escape(f"{self.sentence} {self.footnote}")
        return f"<table><thead>{line(HEADINGS, 'th')}</thead><tbody>{body}</tbody></table><p>{words}</p>"


def _listed(names: Sequence[str]) -> str:
    """w = -1, 0 and 3."""
    values = [name.removeprefix("w = ") for name in names]
    return "w = " + (values[0] if len(values) == 1 else f"{', '.join(values[:-1])} and {values[-1]}")


HEADINGS = ("fact", "expected", "measured", "s.e.", "step change", "p", "verdict")


def report(subject: str, findings: Sequence[Finding], rate: float, seconds: float, hint: str = "") -> CheckReport:
    """The report of findings whose verdicts are still open: Holm's step-down over all that have a p-value."""
    open_ = sorted((k for k, f in enumerate(findings) if f.p_value is not None), key=lambda k: findings[k].p_value or 0.0)
    decided, failing = list(findings), True
    for place, k in enumerate(open_):
        p = findings[k].p_value
        assert p is not None
        failing = failing and p <= rate / (len(open_) - place)
        decided[k] = replace(findings[k], verdict="fails" if failing else "holds")
    return CheckReport(subject, tuple(decided), rate, seconds, hint)


SECOND_ORDER = 3.0
"""The step change is the error of a step size to first order; the second is this many times its square, relative to the value.

Where noise is negligible (path KL of nearly Gaussian laws, ddpm, 30 to 240 steps) the error was found to be 1.31 to 1.05 times
the change, which is a coefficient of 1.2 to 2.3.
"""


def normal(
    fact: str, expected: float, measured: float, se: float, step_change: float | None = None, size: float | None = None
) -> Finding:
    """A mean with a normal error: what exceeds the step size's error is held against the standard error, two-sided.

    Parameters
    ----------
    step_change : float, optional
        Change against half as many steps; its second order is allowed too, up to as much again.
    size : float, optional
        What the step change is relative to; by default the expected value.
    """
    step = step_change or 0.0
    size = abs(expected) if size is None else abs(size)
    second = min(step, SECOND_ORDER * step**2 / size) if size else step
    beyond = abs(measured - expected) - step - second
    return Finding(fact, expected, measured, se, step_change, two_sided(beyond, se))


def two_sided(beyond: float, se: float) -> float:
    """P(|Z| > beyond / se); 0 for what is not finite."""
    if not math.isfinite(beyond):
        return 0.0
    if beyond <= 0:
        return 1.0
    return float(2 * ndtr(-beyond / se)) if se > 0 else 0.0


def not_applicable(fact: str, reason: str, expected: float | None = None) -> Finding:
    """A fact that says nothing here."""
    return Finding(fact, expected, verdict="not applicable", reason=reason)


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _verdict(finding: Finding) -> str:
    if finding.verdict != "not applicable":
        return finding.verdict
    return finding.reason if finding.reason.startswith("not comparable") else f"not applicable: {finding.reason}"
