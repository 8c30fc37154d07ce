"""Guidance on images of digits, toward a label or a reward: curves, distances and images over w."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from gdviz.experiment import Experiment
from gdviz.papers.digit_readings import falls, largest_reciprocal, read_classes, reference
from gdviz.papers.digit_runs import LABELS, LONGER, REWARDS, TRAINED, label_run, reward_run
from gdviz.papers.figure_2 import FULL, W
from gdviz.papers.make import FigureSize
from gdviz.record import significant
from gdviz.resources import resource
from gdviz.studies._study import Study, StudyContext, trainings_of
from gdviz.studies.digit_answers import (
    DigitRewardAnswer,
    DistanceFloor,
    DistanceRow,
    ImageGrid,
    ImageMeans,
    LabelsAnswer,
    PackedImages,
    RewardRow,
)
from gdviz.targets._digit_images import digit_images
from gdviz.targets.digits import digit_features

if TYPE_CHECKING:
    from torch import Tensor

    from gdviz.studies.digit_answers import Bytes
    from gdviz.training import Task
    from gdviz.training.digit_classifier import ClassifierReport

GRID_W = tuple(k / 4 for k in range(17))
"""Where images are shown, 0 to 4: the slider's stops."""

IMAGES = 8
"""Images of each digit; three times as many for a reward."""

SIZES = {TRAINED: FULL, LONGER: FigureSize(FULL.steps, 2000)}
"""Steps and particles of the curves, for each network."""

REWARD_W = tuple(k / 2 for k in range(9))
REWARD_SIZE = FigureSize(FULL.steps, 2000)

TILTED = 20_000
"""Images drawn for a mean over the images reweighted by r."""


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
        return trainings_of(self._run(LABELS[0], W, self.particles))

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
            significant(tuple(readings), 6),
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
        return trainings_of(self._run(REWARD_W, self.particles))

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
    frechet = reference()
    return DistanceFloor(frechet.floor.mean, frechet.floor.high, frechet.points)


def _distance(w: float, x: Tensor) -> DistanceRow:
    distance = reference()(digit_features(x))
    return DistanceRow(w, *significant((distance.value, distance.se), 6))


def _mean(values: Tensor) -> tuple[float, float]:
    """Mean of numbers [N] and its standard error, of six digits."""
    return significant((float(values.mean()), float(values.std()) / math.sqrt(len(values))), 6)


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
