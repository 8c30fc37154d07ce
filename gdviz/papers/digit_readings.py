"""What is read off the runs on digits: means of 1/p with intervals that hold, proportions improved, distances to real images."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.metrics.bounded import bounded_interval
from gdviz.metrics.frechet import Frechet
from gdviz.metrics.improved import independent
from gdviz.metrics.mean import mean
from gdviz.targets._digit_images import digit_images
from gdviz.targets.digits import digit_classifier, digit_features, log_probabilities

if TYPE_CHECKING:
    from gdviz.result import Result

ALL = "all"
"""In place of a label: every digit, equally often."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A number, its 95 % interval, its standard error and its change against half as many steps."""

    value: float
    low: float
    high: float
    se: float
    step: float | None = None


@dataclass(frozen=True)
class ClassReading:
    """One digit, or all, at one w.

    Attributes
    ----------
    reciprocal : Estimate
        Mean of 1 / p(c | x). Its interval holds for any law of numbers between 1 and the most that the classifier can say
        (`bounded_interval`): 1/p has too heavy a tail for a normal one.
    improved, unrelated : Estimate or None
        Proportion of samples with a greater p(c | x) than at w = 0 on the same noise, and than unrelated samples at w = 0.
        None at w = 0.
    recognised : float
        Share of the samples to which the classifier gives the digit more than 1/2.
    """

    label: str
    w: float
    reciprocal: Estimate
    improved: Estimate | None
    unrelated: Estimate | None
    recognised: float


def largest_reciprocal() -> float:
    """1/p at most: what the classifier's rate of lapses leaves."""
    return 10 / float(digit_classifier().lapse)


@cache
def reference() -> Frechet:
    """Distances to the test images, which no network has seen; its floor is that of the images that the networks have."""
    return Frechet(digit_features(digit_images("test").x), digit_features(digit_images("diffusion").x))


def read_classes(results: Mapping[str, Result]) -> list[ClassReading]:
    """Every digit and all of them together, at every w that was run; `results` by label, with the same w, steps and noise."""
    first = next(iter(results.values()))
    w = first.experiment.all_w
    log_p = {label: np.stack([_log_p(result, label, k) for k in range(len(w))]) for label, result in results.items()}  # [W, N]
    steps = {label: {row.w: row.step_changes for row in result.rows} for label, result in results.items()}
    recognised = {label: [float((values > math.log(0.5)).mean()) for values in each] for label, each in log_p.items()}
    readings = []
    for k, scale in enumerate(w):
        if scale not in first.experiment.w:
            continue
        for label, each in log_p.items():
            change = steps[label][scale]
            known = None if change.mean_reciprocal is None else abs(change.mean_reciprocal)
            readings.append(_reading(label, scale, [each[k]], [each[w.index(0.0)]], recognised[label][k], known, change.improved))
        now, before = [each[k] for each in log_p.values()], [each[w.index(0.0)] for each in log_p.values()]
        readings.append(_reading(ALL, scale, now, before, float(np.mean([each[k] for each in recognised.values()])), None, None))
    return readings


def _log_p(result: Result, label: str, k: int) -> Array:
    x = torch.from_numpy(result.samples[k]).double()  # [N, 64]
    values = log_probabilities(x)[:, int(label)]
    return values.numpy()


def _reading(
    label: str,
    w: float,
    now: Sequence[Array],
    before: Sequence[Array],
    recognised: float,
    step: float | None,
    moved: float | None,
) -> ClassReading:
    """From log p of each digit at w and at w = 0, [N] each. All digits share their noise, so a particle is their average."""
    inverse = np.mean([np.exp(-values) for values in now], axis=0)  # [N]
    n, average = len(inverse), mean(inverse)
    assert average.value is not None and average.se is not None
    ends = bounded_interval(average.value, n, 1.0, largest_reciprocal())
    reciprocal = Estimate(average.value, ends.low, ends.high, average.se, step)
    if w == 0:
        return ClassReading(label, w, reciprocal, None, None, recognised)
    wins = np.mean([a > b for a, b in zip(now, before, strict=True)], axis=0)  # [N]
    share = mean(wins)
    assert share.value is not None and share.se is not None
    half = n // 2
    apart = [independent(a[:half], b[half:]) for a, b in zip(now, before, strict=True)]
    value = float(np.mean([each.value for each in apart]))
    error = float(np.mean([each.se for each in apart]))  # digits share their noise: at most so much
    return ClassReading(label, w, reciprocal, _normal(share.value, share.se, moved), _normal(value, error), recognised)


def _normal(value: float, se: float, step: float | None = None) -> Estimate:
    return Estimate(value, max(0.0, value - 1.96 * se), min(1.0, value + 1.96 * se), se, step)


def falls(readings: Sequence[ClassReading], low: float = 0.0, high: float = 2.0) -> tuple[list[str], list[str]]:
    """The digits whose 95 % intervals of the mean of 1/p do not overlap at two w, the later one lower; and the other digits."""
    at = {(each.label, each.w): each.reciprocal for each in readings if each.label != ALL}
    labels = sorted({label for label, _ in at})
    apart = [label for label in labels if at[label, high].high < at[label, low].low]
    return apart, [label for label in labels if label not in apart]
