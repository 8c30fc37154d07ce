"""Samples from anywhere, judged: how far from each exact goal law, what reward, which modes, how much off the support."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gdviz.checkpoints import build_trained
from gdviz.errors import GdvizError
from gdviz.experiment import Built, Experiment
from gdviz.facts.copies import copies_of
from gdviz.guidance import Goal
from gdviz.laws import Mixture
from gdviz.metrics.energy import energy_distance, energy_floor
from gdviz.metrics.mean import UNKNOWN, Mean
from gdviz.metrics.reading import Reader
from gdviz.metrics.row import mean_reward, reciprocal
from gdviz.metrics.support import Support
from gdviz.metrics.tails import Tail
from gdviz.metrics.two_sample import ClassifierTest, classifier_two_sample
from gdviz.own_data.files import Samples

FEWEST = 50
"""Samples without which nothing is said."""

POINTS = 2000
"""Samples compared with as many of each goal law."""

GOAL_POINTS = 20_000
"""Samples of a goal law behind its own reward and mode weights."""

MOST_MODES = 64


@dataclass(frozen=True)
class Fit:
    """The samples beside one goal law.

    Attributes
    ----------
    name, title : str
        ``plain``, ``conditional``, ``powered`` or ``tilted``, and how it is written.
    distance, se, floor : float or None
        Energy distance (unbiased, so it may be below 0), and what samples of the goal itself show in 95 % of cases; None where
        the goal cannot be sampled exactly.
    mean_reward, mean_reciprocal : float or None
        Of the goal law itself.
    mode_weights : tuple of float
        The goal law's share of each mode.
    mode_weight_tv : float or None
        Total variation between the mode weights of the samples and of the goal law.
    classifier : ClassifierTest or None
        Whether a classifier tells the samples from the goal's own.
    """

    name: str
    title: str
    distance: float | None
    se: float | None
    floor: float | None
    mean_reward: float | None = None
    mean_reciprocal: float | None = None
    mode_weights: tuple[float, ...] = ()
    mode_weight_tv: float | None = None
    classifier: ClassifierTest | None = None

    @property
    def within_floor(self) -> bool:
        """Whether the samples cannot be told from the goal."""
        return self.distance is not None and self.floor is not None and self.distance <= self.floor


@dataclass(frozen=True)
class Judgement:
    """What can be said of samples from anywhere.

    Attributes
    ----------
    samples, nonfinite : int
        How many were given, and how many of them are not finite and left out.
    fits : tuple of Fit
        One a goal law.
    reward_title : str or None
    mean_reward, se_reward, mean_reciprocal, se_reciprocal : float or None
        Of the samples; the reciprocal's mean is None where `tail` says that it cannot be estimated.
    tail : Tail or None
    off_support : float or None
        Share of samples where the target has next to no mass.
    spread : float
        Root of the trace of the covariance.
    modes : tuple of str
    mode_weights : tuple of float
        Share of the samples at each mode: of those whose nearest component mean it is.
    remarks : tuple of str
        How the file was read, and what copies among the samples mean.
    """

    samples: int
    nonfinite: int
    fits: tuple[Fit, ...]
    reward_title: str | None
    mean_reward: float | None
    se_reward: float | None
    mean_reciprocal: float | None
    se_reciprocal: float | None
    tail: Tail | None
    off_support: float | None
    spread: float
    modes: tuple[str, ...] = ()
    mode_weights: tuple[float, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def nearest(self) -> Fit | None:
        """The goal law whose distance is the smallest share of its floor."""
        known = [fit for fit in self.fits if fit.distance is not None and fit.floor]
        return min(known, key=lambda fit: (fit.distance or 0.0) / (fit.floor or 1.0), default=None)

    @property
    def sentence(self) -> str:
        """Which goal law the samples follow, or that it is none of them."""
        nearest, within = self.nearest, [fit.title for fit in self.fits if fit.within_floor]
        if nearest is None:
            return "No goal law can be sampled here, so there is nothing to compare with."
        if not within:
            times = (nearest.distance or 0.0) / (nearest.floor or 1.0)
            return f"None of them: the nearest goal law is {nearest.title}, and its distance is {times:.2g} times the floor."
        said = f"The nearest goal law is {nearest.title}: its distance is within the floor, so the samples cannot be told from it"
        others = [title for title in within if title != nearest.title]
        return said + (f", nor from {' and '.join(others)}." if others else ".")

    def to_dict(self) -> dict[str, Any]:
        """The judgement as plain values."""
        return {**asdict(self), "sentence": self.sentence}


def judge(
    samples: Samples | NDArray[np.floating[Any]], experiment: Experiment | dict[str, Any], w: float | None = None
) -> Judgement:
    """Judge samples [n, d] (or [n] on a line) against the exact laws of an Experiment's target and guidance.

    Parameters
    ----------
    samples : Samples or ndarray
        From anywhere; how they were made is not asked. Copies widen the standard errors, except where the target is atoms.
    experiment : Experiment or dict
        Its target and guidance name the laws; sampler and w do not matter.
    w : float, optional
        For the powered law p(x | c)^(1+w) p(x)^(-w), which is compared only then.

    Raises
    ------
    GdvizError
        If the samples do not have the target's dimension, or there are fewer than 50 finite ones.
    """
    built = build_trained(Experiment.parse(experiment))
    remarks = samples.remarks if isinstance(samples, Samples) else ()
    x = _points(samples, built.law.dimension)
    finite = torch.isfinite(x).all(-1)
    lost, x = int((~finite).sum()), x[finite]
    if len(x) < FEWEST:
        raise GdvizError(f"samples: found {len(x)} finite ones; at least {FEWEST} are needed.")
    x = x[torch.randperm(len(x), generator=torch.Generator().manual_seed(0))]  # a file may be sorted
    reader = Reader(built.law, built.plan.reward)
    reading = reader(x)
    reward, inverse, diagnosis = _rewards(reading.log_reward)
    modes = _Modes(built)
    weights = modes.weights(x)
    atomic = isinstance(built.law, Mixture) and built.law.atomic
    copies = None if atomic else copies_of(x.numpy())
    widen = 1.0 if copies is None else math.sqrt(copies.rows / copies.worth)
    once = x if copies is None else torch.from_numpy(copies.distinct)  # [m, d]
    return Judgement(
        samples=len(finite),
        nonfinite=lost,
        fits=tuple(_fit(goal, w, once, built, reader, modes, weights) for goal in goals(built, w)),
        reward_title=None if built.plan.reward is None else built.plan.reward_title,
        mean_reward=reward.value,
        se_reward=_times(reward.se, widen),
        mean_reciprocal=inverse.value,
        se_reciprocal=_times(inverse.se, widen),
        tail=diagnosis,
        off_support=Support(built.law, 0).off(reading),
        spread=math.sqrt(float(x.var(0).sum())),
        modes=modes.names,
        mode_weights=weights,
        remarks=remarks if copies is None else (*remarks, copies.sentence),
    )


def _times(se: float | None, factor: float) -> float | None:
    return None if se is None else se * factor


def goals(built: Built, w: float | None) -> list[Goal]:
    """The target itself, then the goals of the guidance; one that moves with w only at a w that is given and not 0."""
    law = built.law

    def plain(w: float, n: int, generator: torch.Generator) -> Tensor:
        return law.sample(n, generator).x

    return [Goal("plain", law.name, plain), *(g for g in built.plan.goals if not g.depends_on_w or w)]


def _points(samples: Samples | NDArray[np.floating[Any]], dimension: int) -> Tensor:
    values, said = (samples.x, " ".join(("", *samples.remarks))) if isinstance(samples, Samples) else (np.asarray(samples), "")
    if values.dtype.kind not in "fiu":
        raise GdvizError(f"samples: found values of type {values.dtype}; real numbers are required.")
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or values.shape[1] != dimension:
        shape = list(values.shape)
        if values.ndim == 2 and (values.shape[0] == dimension or values.shape[0] < FEWEST <= values.shape[1]):
            raise GdvizError(f"samples: found shape {shape}; [n, {dimension}], a sample a row, is required: transpose it.{said}")
        raise GdvizError(f"samples: found shape {shape}; [n, {dimension}] is required, as the target has.{said}")
    return torch.from_numpy(values.astype(np.float64))


def _rewards(log_reward: NDArray[np.float64] | None) -> tuple[Mean, Mean, Tail | None]:
    if log_reward is None:
        return UNKNOWN, UNKNOWN, None
    return mean_reward(log_reward), *reciprocal(log_reward)


class _Modes:
    """Which mode a point belongs to: the component whose mean is nearest, or that component's label where there are many."""

    def __init__(self, built: Built) -> None:
        law = built.law
        self.names: tuple[str, ...] = ()
        if not isinstance(law, Mixture) or len(law.support) < 2:
            return
        if len(law.support) <= MOST_MODES:
            places = law.components.means[law.support].tolist()
            self._of = torch.full((law.components.count,), -1)
            self._of[law.support] = torch.arange(len(law.support))
            self.names = tuple(f"({', '.join(f'{c:.3g}' for c in place)})" for place in places)
        elif len(law.labels) > 1 and bool((law.component_labels[law.support] >= 0).all()):
            self._of, self.names = law.component_labels, law.labels
        self._nearest: Callable[[Tensor], Tensor] = law.nearest_index

    def weights(self, x: Tensor) -> tuple[float, ...]:
        """Share of each mode."""
        if not self.names:
            return ()
        counts = torch.bincount(self._of[self._nearest(x)], minlength=len(self.names))
        return tuple((counts.double() / len(x)).tolist())


def _fit(
    goal: Goal, w: float | None, x: Tensor, built: Built, reader: Reader, modes: _Modes, weights: tuple[float, ...]
) -> Fit:
    y = goal.draw(w or 0.0, GOAL_POINTS, torch.Generator().manual_seed(1))
    if y is None:
        return Fit(goal.name, goal.title, None, None, None)
    n = min(len(x), POINTS, len(y))
    mine, theirs = (built.law.nearest(points[:n]) for points in (x, y))
    found, (reward, inverse, _) = energy_distance(mine, theirs), _rewards(reader(y).log_reward)
    own = modes.weights(y)
    tv = 0.5 * sum(abs(a - b) for a, b in zip(weights, own, strict=True)) if own else None
    floor = energy_floor(built.law.nearest(y[: max(n, 1000)]), n)
    title = goal.title if not goal.depends_on_w else f"{goal.title}, w = {w:g}"
    apart = classifier_two_sample(mine, theirs)
    return Fit(goal.name, title, found.value, found.se, floor, reward.value, inverse.value, own, tv, apart)
