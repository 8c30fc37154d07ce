"""Samples from anywhere, judged: which exact goal law they can be told from, what reward, which modes, how much off the support.

Moments, mode shares, the mean reward and a classifier see all samples; the energy distance sees 2,000 of them.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gdviz.checkpoints import build_trained
from gdviz.errors import GdvizError
from gdviz.experiment import Built, Experiment
from gdviz.facts.copies import copies_of
from gdviz.facts.judgement import Fit, Judgement, nearest
from gdviz.facts.law_tests import GROUPS, LEVEL, LawTest, Reference, moment_tests, reward_test, share_tests
from gdviz.guidance import Goal
from gdviz.laws import Law, Mixture
from gdviz.metrics.energy import EnergyNull, energy_distance, energy_floor, energy_null
from gdviz.metrics.mean import UNKNOWN, Mean
from gdviz.metrics.reading import BLOCK, Reader
from gdviz.metrics.row import mean_reward, reciprocal
from gdviz.metrics.skewness import LARGEST, KnownSkewness, skewness
from gdviz.metrics.support import Support
from gdviz.metrics.tails import Tail
from gdviz.metrics.two_sample import classifier_two_sample
from gdviz.own_data.files import Samples

FEWEST = 50
"""Samples without which nothing is said."""

POINTS = 2000
"""Samples whose energy distance to as many of each goal law is taken."""

DRAWS, FEWEST_DRAWS, MOST_DRAWS = 10, 20_000, 1_000_000
"""Samples of a goal law for each sample that was given, at least and at most; fewer where a law is hard to draw from."""

CLASSIFIED = 500_000
"""Numbers, samples times coordinates, that a classifier is asked about, and as many of the goal law."""

MOST_MODES = 64


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
    modes = _Modes(built)
    atomic = isinstance(built.law, Mixture) and built.law.atomic
    copies = None if atomic else copies_of(x.numpy())
    worth = len(x) if copies is None else copies.worth
    once = x if copies is None else torch.from_numpy(copies.distinct)  # [m, d]
    given = _Given(x, once, worth, reading.log_reward, modes.counts(x))
    measured = [_fit(goal, w, given, built, reader, modes) for goal in goals(built, w)]
    fits = tuple(fit for fit, _ in measured)
    near = nearest(fits)
    known = next((skew for fit, skew in measured if fit is near), 0.0)
    reward, inverse, diagnosis = _rewards(reading.log_reward, known)
    widen = math.sqrt(len(x) / worth)
    return Judgement(
        samples=len(finite),
        nonfinite=lost,
        fits=fits,
        reward_title=None if built.plan.reward is None else built.plan.reward_title,
        mean_reward=reward.value,
        se_reward=_times(reward.se, widen),
        mean_reciprocal=inverse.value,
        se_reciprocal=_times(inverse.se, widen),
        tail=diagnosis,
        off_support=Support(built.law, 0).off(reading),
        spread=math.sqrt(float(x.var(0).sum())),
        modes=modes.names,
        mode_weights=tuple(count / len(x) for count in given.modes),
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


def _rewards(log_reward: NDArray[np.float64] | None, known: float = 0.0) -> tuple[Mean, Mean, Tail | None]:
    """Means of r and of 1 / r, the latter refused as for a run: by its own skewness, and by what is known of its law's."""
    if log_reward is None:
        return UNKNOWN, UNKNOWN, None
    return mean_reward(log_reward), *reciprocal(log_reward, known)


@dataclass(frozen=True, eq=False)
class _Given:
    """The samples: all [n, d], each point once [m, d], how many they are worth, log r [n], and counts of the modes [M]."""

    x: Tensor
    once: Tensor
    worth: float
    log_reward: NDArray[np.float64] | None
    modes: list[int]


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

    def counts(self, x: Tensor) -> list[int]:
        """How many points [n, d] are at each mode; none where there are no modes."""
        if not self.names:
            return []
        of = torch.cat([self._of[self._nearest(part)] for part in x.split(BLOCK)])  # [n]
        counts: list[int] = torch.bincount(of, minlength=len(self.names)).tolist()
        return counts


def _fit(goal: Goal, w: float | None, given: _Given, built: Built, reader: Reader, modes: _Modes) -> tuple[Fit, float]:
    """The samples beside one goal, and the skewness of 1 / r over sqrt n that its law has."""
    y = _drawn(goal, w or 0.0, len(given.x), zlib.crc32(given.x.numpy().tobytes()))  # one draw for all files may be unlucky
    if y is None:
        return Fit(goal.name, goal.title, None, None, None), 0.0
    settled, once = (built.law.nearest(points) for points in (given.x, given.once))
    log_r = reader(y).log_reward
    known = 0.0 if log_r is None else _skewness(goal, built, reader, log_r, len(given.x))
    inverse = UNKNOWN if log_r is None or known > LARGEST else reciprocal(log_r)[0]
    counts = modes.counts(y)
    own, mine = ([count / max(1, sum(each)) for count in each] for each in (counts, given.modes))
    n = min(len(once), POINTS, len(y))
    floor = energy_floor(y[: max(n, 1000)], n)
    distance, null = energy_distance(once[:n], y[:n]), energy_null(y[: max(n, 1000)], n)
    most = CLASSIFIED // y.shape[1]
    apart = classifier_two_sample(once[:most], y[:most], level=LEVEL / GROUPS)
    tests: list[LawTest] = []
    if not built.law.by_samples:  # whose draws come from a few images
        tests += moment_tests(settled, given.worth, Reference.of(y, _law_of(goal, built)))
        tests += share_tests(modes.names, given.modes, given.worth, counts) if counts else []
        if log_r is not None and given.log_reward is not None:
            mean = reward_test(built.plan.reward_title, np.exp(given.log_reward), given.worth, np.exp(log_r))
            tests += [] if mean is None else [mean]
    if distance.value is not None and null is not None:
        tests.append(LawTest("distance", "energy distance", distance.value, 0.0, null.p_value(distance.value), None))
    if apart is not None:
        tests.append(LawTest("classifier", "classifier", apart.accuracy, 0.5, apart.p_value, apart.smallest_difference / 2))
    fit = Fit(
        goal.name,
        goal.title if not goal.depends_on_w else f"{goal.title}, w = {w:g}",
        distance.value,
        _bar(distance, floor, null),
        floor,
        None if log_r is None else mean_reward(log_r).value,
        inverse.value,
        tuple(own),
        0.5 * sum(abs(a - b) for a, b in zip(mine, own, strict=True)) if counts else None,
        apart,
        tuple(tests),
    )
    return fit, known


def _bar(distance: Mean, floor: float | None, null: EnergyNull | None) -> float | None:
    """Standard error of an energy distance beyond its floor; None within it, where the distance is not normal.

    The first Hoeffding projection's, which vanishes where the laws are equal, and the spread that is left there.
    """
    if distance.value is None or distance.se is None or floor is None or null is None or distance.value <= floor:
        return None
    return math.hypot(distance.se, null.spread)


def _drawn(goal: Goal, w: float, n: int, seed: int) -> Tensor | None:
    """As many draws of a goal as are wanted beside n samples, or half as many, and so on; None below `POINTS`."""
    wanted = min(max(DRAWS * n, FEWEST_DRAWS), MOST_DRAWS)
    while wanted >= POINTS:
        y = goal.draw(w, wanted, torch.Generator().manual_seed(seed))
        if y is not None:
            return y
        wanted //= 2
    return None


def _law_of(goal: Goal, built: Built) -> Law | None:
    """The law that a goal draws from, where the plan has it."""
    plan = built.plan
    laws = [law for law in (built.law, plan.unguided, plan.toward, plan.away) if law is not None]
    return next((law for law in laws if law.name == goal.title), None)


def _skewness(goal: Goal, built: Built, reader: Reader, log_r: NDArray[np.float64], n: int) -> float:
    """Skewness of 1 / r over sqrt n: as it is known to a run where the goal is what a run at w = 0 samples, else the draws'."""
    if _law_of(goal, built) is built.plan.unguided and not built.law.by_samples:
        return KnownSkewness(built.plan, reader, False, 0).at(0.0, n)
    with np.errstate(over="ignore"):
        return skewness(np.expm1(-log_r)) / math.sqrt(n)
