"""What a run of the Theory page says, in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gdviz.tables import interval

if TYPE_CHECKING:
    from gdviz.metrics.mean import Mean
    from gdviz.record import Answer
    from gdviz.studies.theory.martingale import MartingaleAnswer
    from gdviz.studies.theory.slope import SlopeAnswer
    from gdviz.studies.theory.steps import StepsAnswer
    from gdviz.studies.theory.tails import TailsAnswer
    from gdviz.studies.theory.winners import WinnersAnswer


def sentence(topic: str, answer: Answer) -> str:
    """The finding of a topic so far."""
    return _SENTENCES[topic](answer)


def _along(answer: MartingaleAnswer) -> str:
    f, held = answer.names.f, [row for row in answer.rows if row.gap[-1][0] is not None]
    if not held:
        return _no_gap(answer)
    row = max(held, key=lambda row: row.w)
    said = f"At w = {row.w:g} the mean of {f} goes from {answer.baseline:.4g} (exact) to {interval(*row.value[-1])}"
    if row.predicted[-1][0] is not None and row.w:
        said += f"; the identity along the same paths says {interval(*row.predicted[-1])}"
    off = [row for row in held if row.step and abs(row.gap[-1].value or 0.0) > 3 * (row.gap[-1][1] or 0) + (row.step[-1] or 0)]
    if not answer.complete:
        return f"{said}."
    where = ", ".join(f"{row.w:g}" for row in off)
    agrees = (
        f"at w = {where} they differ by more than three standard errors and the step change"
        if off
        else ("at every w they agree within three standard errors and the step change")
    )
    return f"{said}; {agrees}."


def _no_gap(answer: MartingaleAnswer) -> str:
    """Why no mean is held against its prediction: no mean can be estimated, or no prediction of one that can."""
    known = [f"{row.w:g}" for row in answer.rows if row.value[-1][0] is not None]
    why = "at no w can it be held against the identity's prediction: the tail of their difference is too heavy"
    return _not_known(answer.names.f, known, why)


def _not_known(f: str, known: list[str], why: str) -> str:
    """That a mean is not estimable at any w, or at which it is and why nothing more is said of it."""
    if not known:
        return f"The mean of {f} is not estimable here: its tail is too heavy at every w."
    return f"The mean of {f} is estimated at w = {', '.join(known)}, but {why}."


def peaks(answer: MartingaleAnswer) -> str:
    """Where each w gains most: the picture of the rate in words."""
    said, v = [], answer.log_snr
    for row in answer.rows:
        known = [(rate[0], (a + b) / 2) for rate, a, b in zip(row.rate, v[:-1], v[1:], strict=True) if rate[0] is not None]
        if known:
            rate, at = max(known)
            said.append(f"w = {row.w:g}: at most {rate:.3g} at {at:.2g}")
    return f"Where the gain is made, per unit of w and log-SNR, over log-SNR. {'; '.join(said)}. The table holds the whole gains."


def _slope(answer: SlopeAnswer) -> str:
    measured = [(p.exact, p.step, *p.measured) for p in answer.points if p.measured.value is not None]
    near = [1 for exact, step, value, se in measured if abs((value or 0.0) - exact) <= 3 * (se or 0.0) + step]
    said = f"{len(near)} of {len(measured)} slopes are within three standard errors and their step change of 2 E f KL"
    lost = len(answer.points) - len(measured)
    return f"{said}{f'; {lost} could not be estimated' if lost else ''}."


def _tails(answer: TailsAnswer) -> str:
    known = [(row.covered.value, row) for row in answer.rows if row.covered.value is not None]
    covered, worst = min(known, key=lambda pair: pair[0])
    refused = 100 * (worst.refused.value or 0)
    return (
        f"For {worst.name} the usual 95 % interval holds the exact value in {100 * covered:.0f} % of runs; the "
        f"program refuses to print that mean in {refused:.0f} % of them."
    )


def _steps(answer: StepsAnswer) -> str:
    last, finest = answer.rows[-1], answer.rows[0].steps
    known = [(w, shift) for w, shift in zip(answer.w, last.shift, strict=True) if shift.value is not None]
    if not known:
        estimated = [f"{w:g}" for w, mean in zip(answer.w, last.mean, strict=True) if mean.value is not None]
        return _not_known(answer.names.f, estimated, "at no w can its change be: its tail is too heavy for an error")
    w, shift = max(known, key=lambda item: abs(item[1].value or 0.0))
    return (
        f"With {last.steps} steps in place of {finest} the mean of {answer.names.f} moves most at w = {w:g}: by "
        f"{interval(*shift)}."
    )


def _winners(answer: WinnersAnswer) -> str:
    winners = answer.found
    return (
        f"At w = {winners.w:g} {_share(winners.fell)} % of {answer.particles:,} particles have a lower "
        f"{answer.names.reward} than on the same noise without guidance, {_share(winners.rose)} % a higher one."
    )


def _share(mean: Mean) -> str:
    return f"{100 * (mean.value or 0.0):.1f} ± {196 * (mean.se or 0.0):.1f}"


_SENTENCES: dict[str, Callable[..., str]] = {
    "along": _along,
    "slope": _slope,
    "tails": _tails,
    "steps": _steps,
    "winners": _winners,
}
