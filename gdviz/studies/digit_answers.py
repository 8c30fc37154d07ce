"""What the runs on digits answer: readings, distances and images over w."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdviz.experiment import Experiment
from gdviz.papers.digit_readings import ClassReading
from gdviz.record import Answer

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class PackedImages:
    """Images of bytes, 0 for paper and 255 for ink.

    Attributes
    ----------
    shape : tuple of int
        Stops, groups, images of each, pixels.
    bytes : str
        In base64.
    """

    shape: tuple[int, int, int, int]
    bytes: str

    @classmethod
    def of(cls, images: Bytes) -> PackedImages:
        """Pack [G, C, n, 64]."""
        a, b, c, d = images.shape
        return cls((a, b, c, d), base64.b64encode(images.tobytes()).decode())

    def array(self) -> Bytes:
        """As they were, [G, C, n, 64]."""
        return np.frombuffer(base64.b64decode(self.bytes), np.uint8).reshape(self.shape)


@dataclass(frozen=True)
class ImageGrid:
    """Images at every stop of w, on the same noise."""

    w: tuple[float, ...]
    images: PackedImages


@dataclass(frozen=True)
class DistanceFloor:
    """Frechet distance of real images among themselves, mean and 95 % quantile, at so many points a side."""

    mean: float
    high: float
    points: int


@dataclass(frozen=True)
class DistanceRow:
    """Frechet distance to real images at one w, and its standard error."""

    w: float
    distance: float | None
    se: float | None


@dataclass(frozen=True)
class RewardRow(DistanceRow):
    """A reward at one w.

    Attributes
    ----------
    potential : (float, float)
        Mean of the reward's potential and its standard error.
    improved : (float, float) or None
        Proportion of samples with a greater one than at w = 0, where there is none.
    """

    potential: tuple[float, float]
    improved: tuple[float, float] | None


@dataclass(frozen=True)
class ImageMeans:
    """Mean of the potential over the real images, and over the images reweighted by r."""

    plain: float
    reweighted: float


@dataclass(frozen=True)
class _DigitsAnswer(Answer):
    """What both kinds hold: the Experiment behind, the versions that made it, the floor of the distances, and the images."""

    experiment: Experiment
    versions: Mapping[str, str]
    floor: DistanceFloor
    grid: ImageGrid


@dataclass(frozen=True)
class LabelsAnswer(_DigitsAnswer):
    """Guidance toward each of the ten digits.

    Attributes
    ----------
    trained : int
        Steps of the network.
    largest : float
        1/p at most.
    readings : tuple of ClassReading
    apart, others : tuple of str
        The digits whose intervals at w = 0 and 2 do not overlap, and the others.
    frechet : tuple of DistanceRow
        Of all digits together.
    """

    trained: int
    largest: float
    readings: tuple[ClassReading, ...]
    apart: tuple[str, ...]
    others: tuple[str, ...]
    frechet: tuple[DistanceRow, ...]


@dataclass(frozen=True)
class DigitRewardAnswer(_DigitsAnswer):
    """Guidance toward a reward, by its name."""

    reward: str
    rows: tuple[RewardRow, ...]
    images: ImageMeans
