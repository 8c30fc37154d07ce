"""Guidance on images of digits, toward a label or a reward: curves, distances and images over w."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from gdviz.experiment import Experiment
from gdviz.papers.digit_readings import ClassReading, Estimate, falls, largest_reciprocal, read_classes, reference
from gdviz.papers.digit_runs import LABELS, LONGER, REWARDS, TRAINED, label_run, reward_run
from gdviz.papers.figure_2 import FULL, W
from gdviz.papers.make import Size
from gdviz.record import Answer
from gdviz.resources import resource
from gdviz.studies._study import Study, StudyContext
from gdviz.targets._digit_images import digit_images
from gdviz.targets.digits import digit_features

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from gdviz.training import Task
    from gdviz.training.digit_classifier import ClassifierReport

    Bytes = NDArray[np.uint8]

GRID_W = tuple(k / 4 for k in range(17))
"""Where images are shown, 0 to 4: the slider's stops."""

IMAGES = 8
"""Images of each digit; three times as many for a reward."""

SIZES = {TRAINED: FULL, LONGER: Size(FULL.steps, 2000)}
"""Steps and particles of the curves, for each network."""

REWARD_W = tuple(k / 2 for k in range(9))
REWARD_SIZE = Size(FULL.steps, 2000)

TILTED = 20_000
"""Images drawn for a mean over the images reweighted by r."""


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


# ---------------------------------------------------------------------- labels
@dataclass(frozen=True)
class DigitLabels(Study[LabelsAnswer]):
    """Guidance toward each digit, with the network of so many steps."""

    name = "digit-labels"
    answer = LabelsAnswer

    trained: int
    steps: int
    particles: int
    grid_w: tuple[float, ...] = GRID_W

    def tasks(self) -> tuple[Task, ...]:
        return self._run(LABELS[0], W, self.particles).tasks()

    def _run(self, label: str, w: tuple[float, ...], particles: int) -> Experiment:
        return label_run(label, w, self.steps, particles, self.trained)

    def run(self, context: StudyContext) -> LabelsAnswer:
        from gdviz.result import run

        results, work = {}, len(LABELS) + len(W) + 1
        for label in LABELS:
            results[label] = run(self._run(label, W, self.particles), frame_particles=0, distances=False)
            context.progress(len(results) / work)
        readings, distances = read_classes(results), []
        apart, others = falls(readings)
        for w in W:
            x = np.stack([result.samples[result.experiment.all_w.index(w)] for result in results.values()], 1)  # [N, 10, 64]
            distances.append(_distance(w, torch.from_numpy(x).flatten(0, 1)))
            context.progress((len(results) + len(distances)) / work)
        grids = [_images(self._run(label, self.grid_w, IMAGES)) for label in LABELS]  # [G, n, 64] each
        first = results[LABELS[0]]
        return LabelsAnswer(
            first.experiment,
            first.versions,
            _floor(),
            ImageGrid(self.grid_w, PackedImages.of(np.stack(grids, 1))),  # [G, 10, n, 64]
            self.trained,
            largest_reciprocal(),
            tuple(_short(each) for each in readings),
            tuple(apart),
            tuple(others),
            tuple(distances),
            seconds=sum(result.seconds for result in results.values()),
        )


# ---------------------------------------------------------------------- rewards
@dataclass(frozen=True)
class DigitReward(Study[DigitRewardAnswer]):
    """Guidance of p(x) toward a reward (of `gdviz.papers.digit_runs.REWARDS`)."""

    name = "digit-reward"
    answer = DigitRewardAnswer

    reward: str
    steps: int
    particles: int
    grid_w: tuple[float, ...] = GRID_W

    def tasks(self) -> tuple[Task, ...]:
        return self._run(REWARD_W, self.particles).tasks()

    def _run(self, w: tuple[float, ...], particles: int) -> Experiment:
        return reward_run(self.reward, w, self.steps, particles)

    def run(self, context: StudyContext) -> DigitRewardAnswer:
        from gdviz.result import run

        result = run(self._run(REWARD_W, self.particles), frame_particles=0, distances=False)
        plan, strength = result.built.plan, float(REWARDS[self.reward]["strength"])
        reward = plan.reward
        assert reward is not None
        rows, before = [], None
        for k, w in enumerate(result.experiment.all_w):
            x = torch.from_numpy(result.samples[k])  # [N, 64]
            potential = reward.log(x.double()) / strength  # [N]
            before = potential if before is None else before
            improved = None if w == 0 else _mean((potential > before).double())
            far = _distance(w, x)
            rows.append(RewardRow(w, far.distance, far.se, _mean(potential), improved))
            context.progress((k + 1) / (len(result.experiment.all_w) + 1))
        generator = torch.Generator().manual_seed(0)
        laws = [law for law in (plan.away, plan.toward) if law is not None]  # the images, and the images reweighted by r
        known, tilted = (reward.log(law.sample(TILTED, generator).x) / strength for law in laws)
        images = _images(self._run(self.grid_w, 3 * IMAGES))[:, None]  # [G, 1, n, 64]
        return DigitRewardAnswer(
            result.experiment,
            result.versions,
            _floor(),
            ImageGrid(self.grid_w, PackedImages.of(images)),
            self.reward,
            tuple(rows),
            ImageMeans(float(known.mean()), float(tilted.mean())),
            seconds=result.seconds,
        )


# ---------------------------------------------------------------------- both
def _floor() -> DistanceFloor:
    found = reference()
    return DistanceFloor(found.floor.mean, found.floor.high, found.points)


def _distance(w: float, x: Tensor) -> DistanceRow:
    found = reference()(digit_features(x))
    return DistanceRow(w, _rounded(found.value), _rounded(found.se))


def _mean(values: Tensor) -> tuple[float, float]:
    """Mean of numbers [N] and its standard error, of six digits."""
    return _six(float(values.mean())), _six(float(values.std()) / math.sqrt(len(values)))


def _images(experiment: Experiment) -> Bytes:
    """Samples at every w as bytes, [W, n, 64]."""
    from gdviz.result import run

    x = run(experiment, frame_particles=0, step_change=False, exact=False, distances=False).samples
    return np.round((np.clip(x, -1, 1) + 1) * 127.5).astype(np.uint8)


@cache
def real_images() -> PackedImages:
    """As many real ones of each digit, from the test part, [1, 10, n, 64]."""
    part = digit_images("test")
    chosen = torch.stack([part.x[part.digit == k][:IMAGES] for k in range(10)])  # [10, n, 64]
    return PackedImages.of(np.round((chosen.numpy() + 1) * 127.5).astype(np.uint8)[None])


def _short(reading: ClassReading) -> ClassReading:
    """With six digits."""

    def estimate(found: Estimate) -> Estimate:
        return Estimate(_six(found.value), _six(found.low), _six(found.high), _six(found.se), _rounded(found.step))

    return ClassReading(
        reading.label,
        _six(reading.w),
        estimate(reading.reciprocal),
        None if reading.improved is None else estimate(reading.improved),
        None if reading.unrelated is None else estimate(reading.unrelated),
        _six(reading.recognised),
    )


def _six(value: float) -> float:
    return float(f"{value:.6g}")


def _rounded(value: float | None) -> float | None:
    return None if value is None else _six(value)


# ---------------------------------------------------------------------- what comes with the program
STUDIES: Mapping[str, DigitLabels | DigitReward] = {
    **{f"network-{trained}": DigitLabels(trained, size.steps, size.particles) for trained, size in SIZES.items()},
    **{f"reward-{name}": DigitReward(name, REWARD_SIZE.steps, REWARD_SIZE.particles) for name in REWARDS},
}
"""The parts of the page, one file each, by name."""


@cache
def shipped_labels(trained: int) -> LabelsAnswer:
    """Guidance toward a digit, as it comes with the program."""
    return LabelsAnswer.from_bytes(_file(f"network-{trained}"))


@cache
def shipped_reward(reward: str) -> DigitRewardAnswer:
    """Guidance toward a reward, likewise."""
    return DigitRewardAnswer.from_bytes(_file(f"reward-{reward}"))


def _file(name: str) -> bytes:
    return (resource("assets", "digits") / f"{name}.json").read_bytes()


def classifier_report() -> ClassifierReport:
    """What the classifier's file says of it."""
    from gdviz.networks.checkpoint import unpacked
    from gdviz.training.digit_classifier import ClassifierReport

    _, about = unpacked(resource("assets", "digits", "classifier.safetensors").read_bytes())
    return ClassifierReport(**about["report"])
