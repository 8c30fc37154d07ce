"""Do the 95 % intervals cover? Random experiments, run as any other, against values known without simulation."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import torch
from scipy.special import betaincinv

from gdviz import __version__
from gdviz.facts.grid_moments import MomentGrid, Moments
from gdviz.facts.random_experiments import random_experiment, special_w
from gdviz.metrics import Row
from gdviz.metrics.mean import Array, Mean, mean
from gdviz.progress import ProgressCallback, silent
from gdviz.result import Result, run

Z, NOMINAL, TOLERANCE = 1.96, 0.95, 0.015

HEAVY = 0.5
"""Exact skewness / sqrt n from which a mean counts as heavy-tailed: the usual interval loses 0.25 times its square, 6 points
(Edgeworth, `metrics.skewness`). The rule that withholds bands has its limit at 0.2 and sees samples only; what lies
between the two may have a band or not, and counts like any other where it has."""


@dataclass(frozen=True)
class Look:
    """One interval against its exact value.

    Attributes
    ----------
    number : int
        Of the experiment.
    quantity, at : str
        What is estimated, and at which w.
    exact : float
    shown : Mean
        What the row prints; its standard error is None where no band is shown.
    plain : Mean
        What the usual interval would have been, printed or not.
    heavy : bool
        Whether the law, not the sample, has too heavy a tail for it.
    """

    number: int
    quantity: str
    at: str
    exact: float
    shown: Mean
    plain: Mean
    heavy: bool = False

    @property
    def printed(self) -> bool:
        """Whether a band is shown."""
        return self.shown.se is not None

    @property
    def covered(self) -> bool:
        """Whether the interval, shown or not, holds the exact value."""
        return self.plain.value is not None and abs(self.plain.value - self.exact) <= Z * (self.plain.se or 0.0)


@dataclass(frozen=True)
class Coverage:
    """How many intervals cover, with the exact 95 % interval of that share (Clopper, Pearson 1934).

    `experiments` is what the share's own interval counts: several intervals of one experiment share its noise.
    """

    quantity: str
    at: str
    looked: int
    printed: int
    covered: int
    low: float | None
    high: float | None

    @property
    def share(self) -> float | None:
        """Covered among printed."""
        return self.covered / self.printed if self.printed else None


@dataclass(frozen=True)
class Calibration:
    """What came out.

    Attributes
    ----------
    lines : tuple of Coverage
        The bands shown, whatever the tail, by quantity and w.
    total : Coverage
        All of them; its interval allows for what the intervals of one experiment have in common.
    heavy : tuple of Coverage
        Where the exact law is heavy-tailed: `printed` should be 0; `covered` counts the usual interval, shown or not.
    """

    date: str
    versions: str
    experiments: int
    seed: int
    seconds: float
    lines: tuple[Coverage, ...]
    total: Coverage
    heavy: tuple[Coverage, ...]

    @property
    def holds(self) -> bool:
        """Whether all bands together cover in 95 % of cases, give or take `TOLERANCE` and the count's own error."""
        total = self.total
        return total.low is not None and total.low <= NOMINAL + TOLERANCE and (total.high or 0.0) >= NOMINAL - TOLERANCE

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        shown, means = (sum(getattr(c, field) for c in self.heavy) for field in ("printed", "looked"))
        told = f"{self.total.covered:,} of {self.total.printed:,} bands cover, {_percent(self.total.share)}"
        return f"{told}; of {means} heavy-tailed means {shown or 'none'} {'has' if shown < 2 else 'have'} a band."

    @property
    def footnote(self) -> str:
        """What was run, with what."""
        return f"{self.experiments} experiments, seed {self.seed}; {self.versions}; {self.date}. {self.seconds:.0f} s"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**asdict(self), "holds": self.holds, "sentence": self.sentence}

    def rows(self) -> list[tuple[str, ...]]:
        """The table of the bands shown."""
        return [
            (c.quantity, c.at, str(c.looked), str(c.printed), _percent(c.share), f"{_percent(c.low)} to {_percent(c.high)}")
            for c in (*self.lines, self.total)
        ]

    def heavy_rows(self) -> list[tuple[str, ...]]:
        """The table of the heavy-tailed means."""
        return [
            (c.quantity, c.at, str(c.looked), str(c.looked - c.printed), str(c.printed), _percent(c.covered / c.looked))
            for c in self.heavy
        ]


HEADINGS = ("quantity", "at", "intervals", "bands shown", "covered", "95 % interval of that")
HEAVY_HEADINGS = ("heavy-tailed", "at", "means", "rightly no band", "band shown", "the usual interval would cover")


def calibrate(
    experiments: int = 2000, seed: int = 0, progress: ProgressCallback = silent, device: str = "auto"
) -> Calibration:
    """Draw experiments, run each, and count.

    The intervals are those of the noise alone, +-1.96 standard errors: steps are taken so many, between fixed ends, that
    what they leave is small beside the noise, and no interval is widened by a step change.

    Parameters
    ----------
    experiments, seed : int
    progress : callable, optional
        Called with the share done.
    device : {"auto", "cpu", "cuda", "mps"}
    """
    began, looks = time.perf_counter(), []
    for number in range(experiments):
        looks += looks_at(number, seed, device)
        progress((number + 1) / experiments)
    return calibration_of(looks, experiments, seed, time.perf_counter() - began)


def looks_at(number: int, seed: int, device: str = "auto") -> list[Look]:
    """Every interval of one random experiment whose exact value is known."""
    described = random_experiment(seed, number)
    result = run(described, device=device, step_change=False, exact=False, distances=False, frame_particles=0)
    return list(_looks(number, result, special_w(described["guidance"].get("form", "cfg"))))


def _looks(number: int, result: Result, special: float) -> Iterator[Look]:
    plan = result.built.plan
    assert plan.reward is not None and plan.toward is not None and plan.away is not None
    for w, law in ((0.0, plan.unguided), (special, plan.toward if special > 0 else plan.away)):
        k = result.experiment.w.index(w)
        row, log_r = result.rows[k], plan.reward.log(torch.from_numpy(result.samples[k]).double()).numpy()
        at, grid = "w = 0" if w == 0 else "w = ±1", MomentGrid.of(law)
        r, reciprocal = grid.rewards(plan.reward, len(log_r))
        yield from _of_mean(number, "mean r", at, r, np.exp(log_r), Mean(row.mean_reward, row.se_reward))
        inverse = Mean(row.mean_reciprocal, row.se_reciprocal)
        yield from _of_mean(number, "mean 1/r", at, reciprocal, np.exp(-log_r), inverse)
        yield _shown(number, "spread", at, grid.spread(), Mean(row.spread, row.se_spread))
        yield from _of_pairs(number, at, row, r if special > 0 else reciprocal)


def _of_mean(number: int, quantity: str, at: str, moments: Moments, values: Array, shown: Mean) -> Iterator[Look]:
    yield Look(number, quantity, at, moments.mean, shown, mean(values), moments.is_heavy(HEAVY))


def _of_pairs(number: int, at: str, row: Row, improving: Moments) -> Iterator[Look]:
    """What is 1/2 without guidance, and the identity's prediction with it."""
    if row.w == 0:
        yield _shown(number, "improved, unrelated", at, 0.5, Mean(row.improved_independent, row.se_improved_independent))
    elif row.identity is not None and math.isfinite(improving.mean):
        yield _shown(number, "identity", at, improving.mean, Mean(row.identity.value, row.identity.se))


def _shown(number: int, quantity: str, at: str, exact: float, shown: Mean) -> Look:
    return Look(number, quantity, at, exact, shown, shown)


# ---------------------------------------------------------------------- counting
def calibration_of(looks: Iterable[Look], experiments: int, seed: int, seconds: float) -> Calibration:
    """The counts of all looks."""
    by_kind: dict[tuple[str, str], list[Look]] = {}
    for look in looks:
        by_kind.setdefault((look.quantity, look.at), []).append(look)
    groups = [(kind, by_kind[kind]) for kind in sorted(by_kind)]
    lines = [_coverage(*kind, some, [look for look in some if look.printed]) for kind, some in groups]
    heavy = [(kind, [look for look in some if look.heavy]) for kind, some in groups]
    return Calibration(
        date=date.today().isoformat(),
        versions=f"gdviz {__version__}, torch {torch.__version__}, numpy {np.__version__}, Python {platform.python_version()}",
        experiments=experiments,
        seed=seed,
        seconds=seconds,
        lines=tuple(lines),
        total=_total([look for _, some in groups for look in some]),
        heavy=tuple(_coverage(*kind, some, some) for kind, some in heavy if some),
    )


def _coverage(quantity: str, at: str, looks: list[Look], counted: list[Look]) -> Coverage:
    n, hits = len(counted), sum(look.covered for look in counted)
    low, high = _clopper_pearson(hits, n)
    return Coverage(quantity, at, len(looks), sum(look.printed for look in looks), hits, low, high)


def _total(looks: list[Look]) -> Coverage:
    """All bands; the share's standard error from the scatter between experiments."""
    shown = [look for look in looks if look.printed]
    hits = sum(look.covered for look in shown)
    if not shown:
        return Coverage("all", "", len(looks), 0, 0, None, None)
    share = hits / len(shown)
    surplus: dict[int, float] = {}
    for look in shown:
        surplus[look.number] = surplus.get(look.number, 0.0) + look.covered - share
    half = Z * math.sqrt(sum(s * s for s in surplus.values())) / len(shown)
    return Coverage("all", "", len(looks), len(shown), hits, share - half, min(1.0, share + half))


def _clopper_pearson(hits: int, n: int) -> tuple[float | None, float | None]:
    if not n:
        return None, None
    low = float(betaincinv(hits, n - hits + 1, 0.025)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, 0.975)) if hits < n else 1.0
    return low, high


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
