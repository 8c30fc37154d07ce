"""What a run of the Theory page says, in one sentence."""

from __future__ import annotations

from typing import Any

from gdviz.tables import interval

Answer = dict[str, Any]


def sentence(topic: str, answer: Answer) -> str:
    """The finding of a topic so far."""
    return {"along": _along, "slope": _slope, "tails": _tails, "steps": _steps, "winners": _winners}[topic](answer)


def _along(answer: Answer) -> str:
    f, held = answer.names.f, [row for row in answer.rows if row.gap[-1][0] is not None]
    if not held:
        return f"The mean of {f} is not estimable here: its tail is too heavy at every w."
    row = max(held, key=lambda row: row.w)
    said = f"At w = {row['w']:g} the mean of {f} goes from {answer['baseline']:.4g} (exact) to {interval(*row['value'][-1])}"
    if row.predicted[-1][0] is not None and row.w:
        said += f"; the identity along the same paths says {interval(*row['predicted'][-1])}"
    off = [row for row in held if row.step and abs(row.gap[-1][0]) > 3 * (row.gap[-1][1] or 0) + (row.step[-1] or 0)]
    if not answer.complete:
        return f"{said}."
    where = ", ".join(f"{row['w']:g}" for row in off)
    agrees = (
        f"at w = {where} they differ by more than three standard errors and the step change"
        if off
        else ("at every w they agree within three standard errors and the step change")
    )
    return f"{said}; {agrees}."


def peaks(answer: Answer) -> str:
    """Where each w gains most: the picture of the rate in words."""
    said, v = [], answer.log_snr
    for row in answer.rows:
        known = [(rate[0], (a + b) / 2) for rate, a, b in zip(row.rate, v[:-1], v[1:], strict=True) if rate[0] is not None]
        if known:
            rate, at = max(known)
            said.append(f"w = {row['w']:g}: at most {rate:.3g} at {at:.2g}")
    return f"Where the gain is made, per unit of w and log-SNR, over log-SNR. {'; '.join(said)}. The table holds the whole gains."


def _slope(answer: Answer) -> str:
    measured = [p for p in answer.points if p.measured[0] is not None]
    near = [p for p in measured if abs(p.measured[0] - p.exact) <= 3 * p.measured[1] + p.step]
    said = f"{len(near)} of {len(measured)} slopes are within three standard errors and their step change of 2 E f KL"
    lost = len(answer.points) - len(measured)
    return f"{said}{f'; {lost} could not be estimated' if lost else ''}."


def _tails(answer: Answer) -> str:
    rows = [row for row in answer.rows if row.covered[0] is not None]
    worst = min(rows, key=lambda row: row.covered[0])
    refused = 100 * (worst.refused[0] or 0)
    return (
        f"For {worst['name']} the usual 95 % interval holds the exact value in {100 * worst['covered'][0]:.0f} % of runs; the "
        f"program refuses to print that mean in {refused:.0f} % of them."
    )


def _steps(answer: Answer) -> str:
    last, finest = answer.rows[-1], answer.rows[0]["steps"]
    known = [(w, shift) for w, shift in zip(answer.w, last.shift, strict=True) if shift[0] is not None]
    if not known:
        return f"The mean of {answer['names']['f']} is not estimable here: its tail is too heavy at every w."
    w, shift = max(known, key=lambda item: abs(item[1][0]))
    return (
        f"With {last['steps']} steps in place of {finest} the mean of {answer['names']['f']} moves most at w = {w:g}: by "
        f"{interval(*shift)}."
    )


def _winners(answer: Answer) -> str:
    (fell, se), (rose, se_rose) = answer.fell, answer.rose
    return (
        f"At w = {answer['w']:g} {100 * fell:.1f} ± {196 * se:.1f} % of {answer['particles']:,} particles have a lower "
        f"{answer['names']['reward']} than on the same noise without guidance, {100 * rose:.1f} ± {196 * se_rose:.1f} % a higher "
        "one."
    )
