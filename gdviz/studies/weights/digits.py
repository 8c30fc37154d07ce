"""Learned guidance weights on images of digits: the counterpart of the image tables of arXiv 2510.00815.

``python -m gdviz.build_assets digits weights`` makes the numbers, in minutes. They are of other data than the paper's: digits of
8x8 pixels and the Frechet distance in the features of a small classifier, not ImageNet and Inception.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from gdviz.experiment import Experiment
from gdviz.metrics.frechet import FrechetFloor
from gdviz.papers.digit_readings import reference
from gdviz.papers.digit_runs import LABELS, TRAINED, label_run
from gdviz.record import Record
from gdviz.resources import resource
from gdviz.studies.weights import contest
from gdviz.studies.weights.contest import Contest, Distances, Points, Rules, RunArena, hold, interval, learned_schedules
from gdviz.studies.weights.table import ContestSize
from gdviz.targets.digits import digit_features

if TYPE_CHECKING:
    from gdviz.guidance import ScheduleKind

UNDER_TRAINED = 500
"""Steps of the other network, a twelfth of the usual; fixed before any run."""

SEARCHES = {name: contest.SEARCHES[name][:1] for name in ("best constant", "limited interval")}

FULL = ContestSize((UNDER_TRAINED, TRAINED), (30, 31, 32), 80, 50, (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0))
"""Seeds are those of weights and particles: the network of a length is one."""

QUICK = ContestSize((20,), (0, 1), 40, 5, (0.0, 1.0), 3)


@dataclass(frozen=True)
class DigitLine:
    """A method with the network of one length.

    Attributes
    ----------
    frechet : tuple of float
        Frechet distance to the 398 test images, one a seed.
    learned_less_it : tuple of float
        95 % interval of (learned - method), paired by seed.
    picked : tuple of str
        What the searches picked.
    search : int
        Sampling runs before the one that counts, one for each digit and setting.
    """

    denoiser_steps: int
    method: str
    frechet: tuple[float, ...]
    learned_less_it: tuple[float, float]
    picked: tuple[str, ...]
    search: int
    mean: float
    se: float


@dataclass(frozen=True)
class DigitWeights(Record):
    """The comparison.

    Attributes
    ----------
    format : int
    points : int
        Images a side of a distance.
    floor : FrechetFloor
        Of real images among themselves.
    lines : tuple of DigitLine
    """

    format: int
    points: int
    floor: FrechetFloor
    lines: tuple[DigitLine, ...]

    @classmethod
    def shipped(cls) -> DigitWeights:
        """That which comes with the program."""
        return cls.from_json(resource("assets", "digits", "weights.json").read_bytes())


def compare(size: ContestSize = FULL) -> DigitWeights:
    """None, the best constant, the best strength in an interval, and learned weights; for each length of training."""
    table = [line for steps in size.denoiser_steps for line in _lines(steps, size)]
    return DigitWeights(1, reference().points, reference().floor, tuple(table))


def _lines(steps: int, size: ContestSize) -> list[DigitLine]:
    arena = _Digits(steps, size)
    rules = Rules(size.constants, size.particles, -(-reference().points // len(LABELS)), SEARCHES)  # a search is of one batch
    held = [hold(arena, learned_schedules(seed, size.weight_steps), rules, seed) for seed in size.seeds]
    return [_line(steps, method, held) for method in held[0].distance]


def _line(steps: int, method: str, held: Sequence[Contest]) -> DigitLine:
    learned, distances = (np.array([each.distance[name] for each in held]) for name in ("learned", method))  # [S]
    ends = interval(learned - distances) if method != "learned" else (0.0, 0.0)
    picked = tuple(each.picked[method] for each in held if method in each.picked)
    search, values = held[0].search.get(method, 0), tuple(distances.tolist())
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return DigitLine(steps, method, values, ends, picked, search, float(np.mean(values)), error)


@dataclass(frozen=True)
class _Digits(RunArena):
    """Images of all digits together, from one network."""

    trained: int
    size: ContestSize
    labels = LABELS

    def experiment(self, label: str, schedule: ScheduleKind, w: Sequence[float], seed: int, particles: int) -> Experiment:
        plain = label_run(label, tuple(w), self.size.sampler_steps, particles, self.trained).model_dump(mode="json")
        plain["guidance"]["schedule"] = schedule.model_dump(mode="json")
        # Digits differ in their noise: a reference of independent images has no common one.
        return Experiment.parse({**plain, "seed": seed * len(LABELS) + int(label)})

    def distances(self, samples: Sequence[Points], seed: int) -> Distances:
        """Frechet distances to the test images, of all digits equally often, [1, W]."""
        x = torch.stack([torch.from_numpy(each) for each in samples], 2)  # [W, n, 10, 64]
        distances = [reference()(digit_features(images.flatten(0, 1))).value for images in x]
        return np.array([[math.nan if value is None else value for value in distances]])


HEADINGS = "network", "guidance", "Frechet distance", "learned - it", "picked", "runs searched"

PUBLISHED = (
    "Published, of other data and by another measure (FID in Inception features, arXiv 2510.00815): ImageNet of 64x64 pixels, "
    "no guidance 4.46, best constant 2.40, limited interval 2.11, learned 1.99; CelebA, no guidance 2.44, limited interval 2.37, "
    "learned 2.10."
)


def cells(table: DigitWeights) -> list[tuple[str, ...]]:
    """The table as text, under `HEADINGS`."""
    return [
        (
            f"{line.denoiser_steps:,} steps",
            line.method,
            f"{line.mean:.1f} ± {line.se:.1f}",
            "" if line.method == "learned" else "{:.1f} to {:.1f}".format(*line.learned_less_it),
            ", ".join(line.picked),
            f"{line.search}",
        )
        for line in table.lines
    ]


def markdown(table: DigitWeights) -> str:
    """The table as the docs have it."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *cells(table)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
