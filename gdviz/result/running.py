"""Running an Experiment: `run` gives its Result, `stream` shows it as it grows."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gdviz import __version__
from gdviz.checkpoints import build_stored, train_required
from gdviz.cores import Cores, Later, Pending, Start
from gdviz.device import far_device, pick_device
from gdviz.errors import GdvizError
from gdviz.experiment import Built, Experiment
from gdviz.guidance.none import Unguided
from gdviz.metrics import ExactValues, Row, RowReader, exact_values
from gdviz.metrics.reading import Reading
from gdviz.progress import Progress
from gdviz.result.given import GivenScore, built_with
from gdviz.result.measure import measured_reward
from gdviz.result.on_cores import on_cores
from gdviz.result.record import Result
from gdviz.sweep import Chunk, Frames, Integrals, ObserverKind, Paths, PopulationReadings, SweepOptions
from gdviz.sweep_request import Executor, RunExperiment

MAX_PATH_VALUES = 250_000_000
"""Bound on w x particles x frames x dimension of the paths kept: 1 GB."""

PLAYER_PARTICLES = 1_500
"""Paths that a notebook's player shows."""

FIRST_PARTIAL = 1_000
"""Particles before the first partial result; each later one comes after half as many again."""


def run(
    experiment: Experiment | dict[str, Any],
    *,
    score: GivenScore | Callable[..., Tensor] | None = None,
    device: str = "auto",
    progress: Callable[[float], None] | None = None,
    frame_particles: int | None = None,
    step_change: bool = True,
    exact: bool = True,
    distances: bool = True,
    executor: Executor | None = None,
) -> Result:
    """Run an Experiment to its end.

    Parameters
    ----------
    experiment : Experiment or dict
    score : callable or GivenScore, optional
        Your own in place of the Experiment's: a function or torch module (x, t) or (x, t, label) that gives the score, shape
        [M, d], at points x [M, d] and noise variance t [M]; a `GivenScore` says that it gives or takes something else. The
        result's notes say how far it is from the exact score.
    device : {"auto", "cpu", "cuda", "mps"}
    progress : callable, optional
        Called with the share done, between 0 and 1.
    frame_particles : int, optional
        How many particles keep their paths, at `experiment.frames` levels; by default as many as the
        player of a notebook shows, 1,500 in one or two dimensions.
    step_change : bool
        Also run with half the steps, on coupled noise.
    exact : bool
        Also work out what is known without simulation; quadrature may take seconds.
    distances : bool
        Also measure how far the samples are from each goal law.
    executor : Executor, optional
        Runs the sweeps somewhere else (see `gdviz.sweep_request`), with the same numbers; by default they run here.

    Raises
    ------
    GdvizError
        If the Experiment is not valid or does not fit the machine.
    """
    items = stream(
        experiment,
        score=score,
        device=device,
        frame_particles=frame_particles,
        step_change=step_change,
        exact=exact,
        distances=distances,
        partial=False,
        executor=executor,
    )
    *_, last = _reporting(items, progress)
    assert isinstance(last, Result)
    return last


def stream(
    experiment: Experiment | dict[str, Any],
    *,
    score: GivenScore | Callable[..., Tensor] | None = None,
    device: str = "auto",
    frame_particles: int | None = 0,
    step_change: bool = True,
    exact: bool = True,
    distances: bool = True,
    partial: bool = True,
    executor: Executor | None = None,
    train: bool = True,
    cores: Cores | None = None,
) -> Iterator[Progress | Result]:
    """Run an Experiment, yielding Progress often, partial Results on the way and the complete one last.

    Stop iterating to cancel. Parameters and errors as for `run`; without `partial` only the last Result comes, and
    without `train` a network that the store lacks is an error. With `cores` it runs on all of them, with the same numbers, and
    what is partial comes in the order in which people look: more particles, then distances, then the rest, exact values with it.
    """
    experiment = Experiment.parse(experiment)
    if train and score is None:
        for _ in train_required(experiment):  # it can be cancelled here too
            yield Progress(0.0)
    began = time.perf_counter()
    device = str(pick_device(device)) if executor is None else far_device(device)
    notes: tuple[str, ...] = ()
    if score is None:
        built = build_stored(experiment)
    else:
        if executor is not None:
            raise GdvizError("score: found a score given from Python with an executor; it runs in this process only.")
        experiment, built, notes = built_with(experiment, score, device)
    wants = frame_particles, step_change, exact, distances
    yield from _Run(experiment, built, notes, began, device, *wants, executor, cores).stream(partial)


class _Run:
    """One run under way: the arrays that fill up."""

    def __init__(
        self,
        experiment: Experiment,
        built: Built,
        notes: tuple[str, ...],
        began: float,
        device: str,
        frame_particles: int | None,
        step_change: bool,
        exact: bool,
        distances: bool,
        executor: Executor | None,
        cores: Cores | None,
    ) -> None:
        self.experiment, self.built, self.notes, self.began = experiment, built, notes, began
        if cores is not None and executor is None and device == "cpu":
            executor = on_cores(cores)
        self.execute = RunExperiment.on(experiment, built, executor, device)
        self.start: Start = Later if cores is None else cores.start
        w, n = experiment.all_w, experiment.particles
        self.measured = measured_reward(experiment, built)
        self.wants_exact, self.wants_distances = exact, distances
        self.exact: Pending[ExactValues] = Later(ExactValues)
        self.reader = RowReader(built.law, built.plan, self.measured, experiment.seed)
        self.levels = built.levels.uniform_frames(experiment.frames)
        if frame_particles is None:
            frame_particles = PLAYER_PARTICLES if built.law.dimension <= 2 else 0
        shape = len(w), min(frame_particles, n), len(self.levels), built.law.dimension
        if math.prod(shape) > MAX_PATH_VALUES:
            raise GdvizError(
                f"frames: found {shape[0]} w x {shape[1]} particles x {shape[2]} frames x {shape[3]} dimensions to keep; "
                f"their product may be at most {MAX_PATH_VALUES:,}."
            )
        together = built.sampler.together
        self.paths = Paths(len(w), n, built.law.dimension, shape[1], shape[2], together)
        self.halved_particles = min(n, max(2048, n // 4 // together * together)) if step_change else 0
        self.coarse = Paths(len(w), self.halved_particles, built.law.dimension, together=together) if step_change else None

    def stream(self, partial: bool) -> Iterator[Progress | Result]:
        experiment, reader, by_stages = self.experiment, self.reader, partial and self.start is not Later
        share = 1 / (1 + 0.5 * self.halved_particles / experiment.particles)  # of the work that the main run is
        if not by_stages:
            self._ask_exact()
        shown = FIRST_PARTIAL / 1.5
        for item in self._taken(self.paths, self._sweep(self.paths, gradual=partial)):
            if isinstance(item, Progress):
                yield Progress(item.done * share)
            elif partial and 1.5 * shown <= self.paths.done < experiment.particles:
                shown = self.paths.done
                yield self._result(self._rows(self._readings(self.paths)))
        readings = self._readings(self.paths)
        # All that is left is asked for at once, in the order in which it is wanted, and waited for in turn.
        distances = [self.start(reader.distances, w, now) for w, now in self._listed(readings) if self.wants_distances]
        if by_stages:
            self._ask_exact()
        coarse = self._sweep(self.coarse, halved=True) if self.coarse is not None else iter(())
        rows = self._rows(readings)
        if partial:
            yield self._result(rows)
        if distances:
            rows = [replace(row, distances=to.result()) for row, to in zip(rows, distances, strict=True)]
        if by_stages and distances:
            yield self._result(rows)
        if self.coarse is not None:
            for item in self._taken(self.coarse, coarse):
                if isinstance(item, Progress):
                    yield Progress(share + item.done * (1 - share))
            rows = self._with_step_changes(rows, readings, self._readings(self.coarse))
        yield self._result(rows, complete=True)

    def _ask_exact(self) -> None:
        if self.wants_exact:
            self.exact = self.start(exact_values, self.built.plan, self.built.sampler, self.measured)

    def _sweep(self, paths: Paths, *, halved: bool = False, gradual: bool = False) -> Iterator[Progress | Chunk]:
        """Ask for one sweep, here or where the executor runs it."""
        experiment = self.experiment
        observers: tuple[ObserverKind, ...] = (Integrals(), PopulationReadings())
        if paths.frames is not None:
            observers += (Frames(tuple(self.levels.tolist()), paths.frames.shape[1]),)
        options = SweepOptions(
            experiment.all_w, paths.x.shape[1], experiment.seed, halvings=int(halved), gradual=gradual, observers=observers
        )
        return self.execute(options)

    @staticmethod
    def _taken(paths: Paths, items: Iterator[Progress | Chunk]) -> Iterator[Progress | Chunk]:
        """File the chunks of a sweep."""
        for item in items:
            if isinstance(item, Chunk):
                paths.take(item)
            yield item

    def _result(self, rows: Sequence[Row], *, complete: bool = False) -> Result:
        experiment, built, done = self.experiment, self.built, self.paths.done
        guided = done * built.sampler.evaluations_in(built.levels.steps)  # scores a w
        if complete and self.coarse is not None:
            guided += self.coarse.done * built.sampler.evaluations_in(built.levels.halved().steps)
        scores = 1 if isinstance(built.plan.rule, Unguided) else 2
        return Result(
            experiment=experiment,
            rows=tuple(rows),
            exact=self.exact.result() if complete or isinstance(self.exact, Later) else ExactValues(),
            network_evaluations=guided * len(experiment.all_w) * scores,
            seconds=time.perf_counter() - self.began,
            versions={**versions(), "device": self.execute.device},
            complete=complete,
            samples=self.paths.x[:, :done].numpy(),
            frames=None if self.paths.frames is None else self.paths.frames[:, :done].numpy(),
            frame_levels=self.levels,
            frame_t=built.levels.t[self.levels],
            frame_alpha_bar=built.levels.alpha_bar[self.levels],
            built=built,
            notes=(*self.notes, *(built.notes() if self.wants_exact else ())) if complete else (),
        )

    def _readings(self, paths: Paths) -> list[Reading]:
        """The finished particles at each w that is run, read."""
        return [self.reader.read(*paths.at(k)) for k in range(len(self.experiment.all_w))]

    def _listed(self, readings: list[Reading]) -> list[tuple[float, Reading]]:
        """The listed w and what was read there."""
        return [(w, now) for w, now in zip(self.experiment.all_w, readings, strict=True) if w in self.experiment.w]

    def _rows(self, readings: list[Reading]) -> list[Row]:
        """The rows of the listed w, without distances and step changes."""
        unguided = readings[self.experiment.all_w.index(0.0)]
        return [self.reader.row(w, now, unguided, distances=False) for w, now in self._listed(readings)]

    def _with_step_changes(self, rows: list[Row], fine: list[Reading], coarse: list[Reading]) -> list[Row]:
        change, n, zero = self.reader.with_step_change, self.halved_particles, self.experiment.all_w.index(0.0)
        pairs = zip(self._listed([reading.first(n) for reading in fine]), self._listed(coarse), strict=True)
        pending = [
            self.start(change, row, (now, fine[zero].first(n)), (coarse_now, coarse[zero]))
            for row, ((_, now), (_, coarse_now)) in zip(rows, pairs, strict=True)
        ]
        return [row.result() for row in pending]


def versions() -> dict[str, str]:
    """What the numbers may depend on."""
    return {"gdviz": __version__, "torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}


def _reporting(items: Iterator[Progress | Result], progress: Callable[[float], None] | None) -> Iterator[Progress | Result]:
    for item in items:
        if progress is not None:
            progress(item.done if isinstance(item, Progress) else (1.0 if item.complete else 0.0))
        yield item
