"""What is wrong with a network of the reader's, in words: the exact score, and the network read by other conventions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import get_args

import numpy as np
import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.laws import Law
from gdviz.scores._own_conventions import Convention, Meaning, cosine_time, given, linear_time, noise, scales, time
from gdviz.scores.own import OwnScores

LEVELS = (0.95, 0.85, 0.6, 0.3, 0.1)
"""Noise variances at which other conventions are tried ..."""

POINTS = 400
"""... with so many points."""

RIGHT = 0.15
"""A median error over the levels up to which a network is right."""

EXPLAINS = 0.3
"""Another convention explains an error if it leaves at most this share of it (and at most `POOR`)."""

POOR = 0.3

INDICES = np.unique(np.geomspace(1, 1000, 60).round()) - 1
"""Indices that are tried where no known time fits, [n]."""

Time = Callable[[float], float]

TIMES: tuple[tuple[str, Time], ...] = (
    ("the noise variance t (--schedule vp)", lambda t: t),
    ("an index 0 to 999 of the linear-beta schedule (--schedule linear_beta)", lambda t: time("linear_beta", t)),
    ("an index 0 to 999 of the cosine schedule (--schedule cosine)", lambda t: time("cosine", t)),
    ("tau in (0, 1] of the linear-beta schedule; with --schedule linear_beta tell it (time + 1) / 1000", linear_time),
    ("tau in (0, 1] of the cosine schedule; with --schedule cosine tell it (time + 1) / 1000", cosine_time),
    ("sigma = sqrt(1 - alpha_bar) = sqrt(t); with --schedule vp tell it the root of the time", math.sqrt),
    ("alpha_bar = 1 - t; with --schedule vp tell it 1 - time", lambda t: 1 - t),
    ("999 less an index of the linear-beta schedule; with it tell 999 - time", lambda t: 999 - time("linear_beta", t)),
    ("sigma = sqrt(t / (1 - t)) (--schedule edm)", lambda t: time("edm", t)),
    ("log(sigma) / 4 (EDM's c_noise); with --schedule edm tell it that", lambda t: math.log(time("edm", t)) / 4),
    ("the flow time s, 0 for data and 1 for noise (--schedule flow)", lambda t: time("flow", t)),
    ("a flow time turned, 1 for data and 0 for noise; with --schedule flow tell 1 - time", lambda t: 1 - time("flow", t)),
    ("1000 times the flow time s; with --schedule flow tell it that", lambda t: 1000 * time("flow", t)),
)  # fmt: skip

SCALED: dict[Convention, str] = {
    "vp": "x = sqrt(1-t) x_0 + sqrt(t) z",
    "edm": "x = x_0 + sigma z (--schedule edm)",
    "flow": "x = (1-s) x_0 + s z (--schedule flow)",
}

RETURNED: dict[Meaning, str] = {"noise": "the noise z", "clean": "x_0", "velocity": "a velocity", "score": "the score"}


@dataclass(frozen=True)
class Part:
    """A law that guidance uses, the index that the network is told for it, and its median error."""

    law: Law
    label: int
    error: float


class _Trials:
    """The network at fixed noised points of laws, whatever it is told."""

    def __init__(self, own: OwnScores) -> None:
        self.own = own
        self._points: dict[str, list[tuple[Tensor, Tensor]]] = {}

    def at(self, law: Law) -> list[tuple[Tensor, Tensor]]:
        """x and the exact noise, each [M, d], of a law at each of `LEVELS`."""
        if law.name not in self._points:
            generator, kept = torch.Generator().manual_seed(20_251_124), []
            for t in LEVELS:
                clean = law.sample(POINTS, generator).x  # [M, d]
                z = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
                x = math.sqrt(1 - t) * clean + math.sqrt(t) * z  # [M, d]
                kept.append((x, -math.sqrt(t) * law.score(x, t)))
            self._points[law.name] = kept
        return self._points[law.name]

    def error(self, law: Law, label: int, schedule: Convention, meaning: Meaning, told: Time, sign: int = 1) -> float:
        """The median over the levels of the relative error, infinite where the network fails."""
        return median(self.one(law, label, schedule, meaning, k, told(t), sign) for k, t in enumerate(LEVELS))

    def one(self, law: Law, label: int, schedule: Convention, meaning: Meaning, k: int, told: float, sign: int = 1) -> float:
        """The relative error at level k for a time that is told."""
        t, (x, exact) = LEVELS[k], self.at(law)[k]
        y = given(schedule, x, t).float()
        try:
            predicted = noise(schedule, meaning, sign * self.own.told(y, told, label), y, t).double()
        except GdvizError:  # a table of indices that ends, and the like
            return math.inf
        error = float((predicted - exact).square().sum() / exact.square().sum().clamp_min(1e-30)) ** 0.5
        return error if math.isfinite(error) else math.inf


def verdict(own: OwnScores, laws: Sequence[Law]) -> str:
    """In one or two sentences: that the network agrees with the exact scores, or what explains that it does not.

    Parameters
    ----------
    own : OwnScores
    laws : sequence of Law
        Whose scores the guidance uses.
    """
    trials, how = _Trials(own), own.how

    def stated(law: Law, label: int) -> float:
        return trials.error(law, label, how.schedule, how.prediction, lambda t: time(how.schedule, t))

    parts = [Part(law, own.label(law), stated(law, own.label(law))) for law in laws]
    if max(part.error for part in parts) <= RIGHT:
        most = max(part.error for part in parts)
        return f"Verdict: it agrees with the exact score to {most:.1g}, the median of the relative error over noise levels."
    said = _labels(parts, stated, len(how.labels)) or _conventions(trials, parts) or _another_schedule(trials, parts[0])
    wrong = ", ".join(f"{part.law.name} (median error {part.error:.2g})" for part in parts if part.error > RIGHT)
    if said is None:
        said = "no other schedule, time, meaning or order of labels that was tried explains it; it may not be trained enough"
    return f"Verdict: it is off for {wrong}: {said}."


# ---------------------------------------------------------------------- labels
def _labels(parts: list[Part], stated: Callable[[Law, int], float], count: int) -> str | None:
    """Which index gives which law, where another index, or another law, explains the error."""
    if len(parts) < 2:
        return None
    indices = range(count + 1)
    table = {(part.law.name, k): stated(part.law, k) for part in parts for k in indices}  # errors
    best = {part.law.name: min(indices, key=lambda k, name=part.law.name: (table[name, k], k)) for part in parts}  # type: ignore[misc]
    null = next((part for part in parts if part.label == count), None)
    given = [part for part in parts if part.label != count]
    if null is not None and null.error <= RIGHT and all(table[null.law.name, part.label] <= RIGHT for part in given):
        return f"each label gives {null.law.name}, so the label is ignored"
    if null is not None and null.error > RIGHT:
        for part in given:
            if part.error <= RIGHT and table[part.law.name, count] <= RIGHT:
                return (
                    f'told {count}, "no label", it gives {part.law.name}: no label was never learned (drop labels while training)'
                )
        if (
            count > 0
            and table[null.law.name, 0] <= RIGHT
            and all(table[part.law.name, part.label + 1] <= RIGHT for part in given)
        ):
            return f"its index for no label is 0, its labels start at 1; gdviz tells 0 to {count - 1}, and {count} for none"
    if all(table[name, k] <= RIGHT for name, k in best.items()):
        order = ", ".join(f"{name} at {k}" for name, k in best.items())
        return f"its labels are in another order: it gives {order}; gdviz tells the target's order and {count} for none"
    return None


# ---------------------------------------------------------------------- schedules, times and meanings
def _others(of: Meaning) -> Iterator[tuple[Convention, Meaning, str, Time, int]]:
    """Other conventions, the meaning that was named first."""
    meanings = [of, *(each for each in get_args(Meaning) if each != of)]
    for sign in (1, -1):
        for meaning in meanings:
            for schedule in SCALED:
                for name, told in TIMES:
                    yield schedule, meaning, name, told, sign


def _conventions(trials: _Trials, parts: list[Part]) -> str | None:
    """The schedule, time and meaning under which all parts are right, or nearly."""
    part, how = max(parts, key=lambda each: each.error), trials.own.how
    limit = min(POOR, max(RIGHT, EXPLAINS * part.error) if math.isfinite(part.error) else POOR)
    best: tuple[float, str] | None = None
    for schedule, meaning, name, told, sign in _others(how.prediction):
        if trials.one(part.law, part.label, schedule, meaning, 2, told(LEVELS[2]), sign) > 2 * limit:
            continue  # most are far off at one level
        error = max(trials.error(each.law, each.label, schedule, meaning, told, sign) for each in parts)
        if error <= limit and (best is None or error < 0.5 * best[0]):
            best = error, _said(how.schedule, how.prediction, schedule, meaning, name, sign)
    return None if best is None else f"{best[1]}; read so, its error is {best[0]:.2g}"


def _said(stated: Convention, meant: Meaning, schedule: Convention, meaning: Meaning, name: str, sign: int) -> str:
    scaled = "vp" if stated in ("linear_beta", "cosine") else stated
    sentence = f"it fits another time, {name}"
    if schedule != scaled:
        sentence += f", and {SCALED[schedule]}"
    if meaning != meant or sign < 0:
        sentence += f", and returns {'minus ' if sign < 0 else ''}{RETURNED[meaning]} (--prediction {meaning})"
    return sentence


def _another_schedule(trials: _Trials, part: Part) -> str | None:
    """Where no known time fits: the index that fits each level, and the beta that makes such a schedule."""
    how = trials.own.how
    fits = []
    for k in range(len(LEVELS)):

        def error(i: float, k: int = k) -> float:
            return trials.one(part.law, part.label, how.schedule, how.prediction, k, float(i))

        at = int(np.argmin([error(i) for i in INDICES]))
        near = np.unique(np.linspace(INDICES[max(0, at - 1)], INDICES[min(at + 1, len(INDICES) - 1)], 41).round())
        fits.append(min((error(i), float(i)) for i in near))
    if median(off for off, _ in fits) > RIGHT or scales(how.schedule, 0.5) != scales("vp", 0.5):
        return None
    told = [(t, i) for t, (off, i) in zip(LEVELS, fits, strict=True) if off <= RIGHT]
    tau = np.array([(i + 1) / 1000 for _, i in told])  # [n]
    if len(told) < 3 or np.any(np.diff(tau) >= 0):
        return None
    drop = np.array([-math.log1p(-t) for t, _ in told])  # [n]
    low, rise = np.linalg.lstsq(np.stack([tau, tau**2 / 2], 1) / drop[:, None], np.ones(len(tau)), rcond=None)[0]
    pairs = ", ".join(f"{i:.0f} for {time('linear_beta', t):.0f} at t = {t:g}" for t, i in told[1:4])
    beta = f", which is about beta from {low:.2g} to {low + rise:.2g} over (0, 1]" if low > -0.05 and rise > 0 else ""
    return f"it fits another schedule: it wants index {pairs}{beta}; linear_beta has 0.1 to 20"
