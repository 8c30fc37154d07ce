"""One row of a result: everything read off the samples at one w."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdviz.guidance import Plan
from gdviz.laws import Law
from gdviz.metrics.distances import Distance, Distances
from gdviz.metrics.identity import Identity, identity
from gdviz.metrics.improved import independent, paired
from gdviz.metrics.mean import UNKNOWN, Array, Mean, mean
from gdviz.metrics.modes import ModeWeights
from gdviz.metrics.populations import PopulationRow, population_mean, population_row
from gdviz.metrics.reading import Reader, Reading
from gdviz.metrics.skewness import LARGEST, LARGEST_OF_SAMPLE, KnownSkewness, skewness
from gdviz.metrics.spread import spread
from gdviz.metrics.support import Support
from gdviz.metrics.tails import FEWEST, Tail, tail
from gdviz.rewards import Reward


@dataclass(frozen=True)
class StepChanges:
    """|value - value at half as many steps| on coupled noise, for each mean, the identity and the spread."""

    mean_reward: float | None = None
    mean_reciprocal: float | None = None
    improved: float | None = None
    identity: float | None = None
    spread: float | None = None


@dataclass(frozen=True)
class Row:
    """What the samples at one w say. None where a number does not apply or cannot be estimated.

    Attributes
    ----------
    w : float
        Guidance scale; 0 is no guidance.
    particles, nonfinite : int
        How many were run, and how many of them overflowed (left out of every mean).
    mean_reward, se_reward : float or None
        Mean of r and its standard error, None where the tail of r is too heavy for one. For CFG r = p(c | x).
    mean_reciprocal, se_reciprocal : float or None
        Mean of 1 / r; None where `tail` says that it is not estimable.
    tail : Tail or None
        Tail diagnostic of 1 / r.
    improved, se_improved, ties : float or None
        Share of particles with a strictly greater r than on the same noise at w = 0, and share of ties.
    improved_independent, se_improved_independent : float or None
        The same against unrelated particles at w = 0; 1/2 without guidance.
    identity : Identity or None
        None where it does not hold or is not precise enough to be held against the mean.
    path_kl, se_path_kl : float or None
        KL(guided || unguided) of the path laws.
    spread, se_spread : float or None
        Root of the trace of the covariance, and its standard error.
    mode_weight_tv : float or None
        Total variation between the mode weights of the samples and of the goal law.
    off_support : float or None
        Share of samples where the unguided law has next to no mass.
    step_change : float or None
        `step_changes` of the mean that the identity speaks of, else of mean_reward.
    step_changes : StepChanges
    distances : tuple of Distance
    populations : PopulationRow or None
        Where particles are resampled together; every standard error then comes from populations, and `improved` is None.
    """

    w: float
    particles: int
    nonfinite: int
    mean_reward: float | None = None
    se_reward: float | None = None
    mean_reciprocal: float | None = None
    se_reciprocal: float | None = None
    tail: Tail | None = None
    improved: float | None = None
    se_improved: float | None = None
    ties: float | None = None
    improved_independent: float | None = None
    se_improved_independent: float | None = None
    identity: Identity | None = None
    path_kl: float | None = None
    se_path_kl: float | None = None
    spread: float | None = None
    se_spread: float | None = None
    mode_weight_tv: float | None = None
    off_support: float | None = None
    step_change: float | None = None
    step_changes: StepChanges = StepChanges()
    distances: tuple[Distance, ...] = ()
    populations: PopulationRow | None = None


class RowReader:
    """Makes rows; what does not depend on w is prepared once.

    Parameters
    ----------
    law : Law
        The target, at whose atoms (if any) rewards are read.
    plan : Plan
    measure : Reward, optional
        Read instead of the plan's own reward; the identity then says nothing about it.
    seed : int
        Of the goals' samples.
    """

    def __init__(self, law: Law, plan: Plan, measure: Reward | None = None, seed: int = 0) -> None:
        self.plan, self.measured = plan, measure is not None
        self.read = Reader(law, plan.reward if measure is None else measure)
        self._support = Support(plan.unguided, seed)
        self._modes = ModeWeights(plan, seed)
        self._distances = Distances(plan.goals, seed)
        self._known = KnownSkewness(plan, self.read, self.measured, seed)

    def row(self, w: float, now: Reading, unguided: Reading, *, distances: bool = True) -> Row:
        """The row of one w, without its step change.

        Parameters
        ----------
        now, unguided : Reading
            The particles at w, and at w = 0 on the same noise.
        distances : bool
            Whether to measure the distances, the slow part.
        """
        keep = now.finite
        x = now.x[keep]
        width = spread(x, now.together)
        row = Row(
            w,
            particles=len(keep),
            nonfinite=int((~keep).sum()),
            spread=width.value,
            se_spread=width.se,
            mode_weight_tv=self._modes.total_variation(x),
            off_support=self._support.off(now),
            populations=None if now.populations is None else population_row(now.populations),
        )
        if now.log_reward is not None:
            row = replace(row, **self._rewards(w, now, unguided))
        if now.gain is not None and not self.measured:
            row = replace(row, identity=identity(self.plan, w, now.gain[keep]))
        if now.path_kl is not None:
            kl = mean(now.path_kl[keep])
            row = replace(row, path_kl=kl.value, se_path_kl=kl.se)
        return replace(row, distances=self.distances(w, now)) if distances else row

    def _rewards(self, w: float, now: Reading, unguided: Reading) -> dict[str, Any]:
        """The fields that read r."""
        assert now.log_reward is not None and unguided.log_reward is not None
        log_r = now.log_reward[now.finite]
        together = now.together
        reward = mean_reward(log_r, self._known.of_reward(w, max(1, len(log_r))), together)
        inverse, diagnosis = reciprocal(log_r, self._known.at(w, max(1, len(log_r))), together)
        both = now.finite & unguided.finite
        pairs = paired(now.log_reward[both], unguided.log_reward[both])
        half = len(both) // (2 * together) * together
        others = unguided.log_reward[half:][unguided.finite[half:]]
        apart = independent(now.log_reward[:half][now.finite[:half]], others, together)
        return {
            "mean_reward": reward.value,
            "se_reward": reward.se,
            "mean_reciprocal": inverse.value,
            "se_reciprocal": inverse.se,
            "tail": diagnosis,
            "improved": pairs.improved if together == 1 else None,  # whose twin a survivor is has no answer
            "se_improved": pairs.se if together == 1 else None,
            "ties": pairs.ties if together == 1 else None,
            "improved_independent": apart.value,
            "se_improved_independent": apart.se,
        }

    def distances(self, w: float, now: Reading) -> tuple[Distance, ...]:
        """The distances at w, the slow part of a row. Threads may ask for several at once."""
        return self._distances(w, self.read.settled(now)[now.finite], now.together)

    def with_step_change(self, row: Row, fine: tuple[Reading, Reading], coarse: tuple[Reading, Reading]) -> Row:
        """The row with its step changes. Threads may ask for several rows at once.

        Parameters
        ----------
        fine, coarse : (at w, at w = 0)
            The same particles, on coupled noise, with all and with half the steps.
        """
        keep = np.logical_and.reduce([reading.finite for reading in (*fine, *coarse)])
        change = self._identity_change(row, fine[0], coarse[0], keep)
        if row.identity is not None and not row.identity.is_precise(change or 0.0):
            row, change = replace(row, identity=None), None
        widths = [spread(reading.x[keep]).value for reading in (fine[0], coarse[0])]
        changes = StepChanges(identity=change, spread=_gap(*widths))
        if fine[0].log_reward is not None:
            (r, r0), (q, q0) = ([_log_reward(reading)[keep] for reading in pair] for pair in (fine, coarse))
            changes = replace(
                changes,
                mean_reward=_change(_exp(r), _exp(q)),
                mean_reciprocal=None if row.mean_reciprocal is None else _change(_exp(-r), _exp(-q)),
                improved=None if row.improved is None else _change((r > r0).astype(float), (q > q0).astype(float)),
            )
        if row.distances:
            ends = [self.read.settled(reading)[keep] for reading in (fine[0], coarse[0])]
            moved = self._distances.changes(row.w, ends[0], ends[1], fine[0].together)
            distances = tuple(replace(d, step_change=m) for d, m in zip(row.distances, moved, strict=True))
            row = replace(row, distances=distances)
        of = "mean_reward" if self.measured else self.plan.identity or "mean_reward"
        return replace(row, step_changes=changes, step_change=getattr(changes, of))

    def _identity_change(self, row: Row, fine: Reading, coarse: Reading, keep: NDArray[np.bool_]) -> float | None:
        if row.identity is None or self.plan.baseline is None or fine.gain is None or coarse.gain is None:
            return None
        change = _change(fine.gain[keep], coarse.gain[keep])
        return None if change is None else abs(row.w) * self.plan.baseline * change


def mean_reward(log_r: Array, known: float = 0.0, together: int = 1) -> Mean:
    """Mean of r; without a standard error where a normal interval would not cover.

    Parameters
    ----------
    log_r : ndarray, shape [n]
    known : float
        Skewness / sqrt n as far as the law is known (`KnownSkewness.of_reward`).
    together : int
        How many in a row belong to one population.
    """
    estimate = population_mean(_exp(log_r), together)
    return estimate if _covers(known, log_r) else Mean(estimate.value, None)


def _covers(known: float, log_values: Array) -> bool:
    """Whether the law, and the sample exp(log values) of it, allow a normal interval."""
    return known <= LARGEST and _sample_skewness(log_values) <= LARGEST_OF_SAMPLE


def _sample_skewness(log_values: Array) -> float:
    """Over sqrt n; 0 of nothing."""
    if not len(log_values):
        return 0.0
    with np.errstate(over="ignore"):
        return skewness(np.expm1(log_values)) / math.sqrt(len(log_values))


def reciprocal(log_r: Array, known: float = 0.0, together: int = 1) -> tuple[Mean, Tail | None]:
    """Mean of 1 / r and its tail; unknown where a normal interval would not cover, or where some r is 0.

    Parameters
    ----------
    log_r : ndarray, shape [n]
    known : float
        Skewness / sqrt n as far as the law is known (`KnownSkewness`).
    together : int
        How many in a row belong to one population.
    """
    if len(log_r) < 2:
        return UNKNOWN, None
    values = _exp(-log_r)
    diagnosis = tail(values)
    covers = len(log_r) >= FEWEST and _covers(known, -log_r)
    diagnosis = replace(diagnosis, skewness=_finite(max(known, _sample_skewness(-log_r))), reliable=covers)
    return (population_mean(values, together) if covers else UNKNOWN), diagnosis


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _exp(log_values: Array) -> Array:
    """Infinite where it overflows; whoever takes a mean of that says that it is unknown."""
    with np.errstate(over="ignore"):
        return np.exp(log_values)


def _change(fine: Array, coarse: Array) -> float | None:
    if not len(fine):
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        change = abs(float((fine - coarse).mean()))
    return change if math.isfinite(change) else None


def _gap(fine: float | None, coarse: float | None) -> float | None:
    return None if fine is None or coarse is None else abs(fine - coarse)


def _log_reward(reading: Reading) -> Array:
    assert reading.log_reward is not None
    return reading.log_reward
