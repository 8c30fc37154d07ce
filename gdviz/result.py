"""Running an Experiment: `run` gives its Result, `stream` shows it as it grows."""

from __future__ import annotations

import html
import io
import json
import math
import os
import platform
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.experiment import Built, Experiment
from gdviz.guidance.none import Unguided
from gdviz.guidance.reward import where_mass_is
from gdviz.metrics import Exact, Row, RowReader, exact_values
from gdviz.progress import Progress
from gdviz.rewards import Reward, RewardContext, build_reward, check_positive
from gdviz.rewards.class_probability import ClassProbability
from gdviz.sweep import Chunk, Frames, Integrals, ObserverKind, Paths, SweepOptions
from gdviz.sweep_request import Executor, RunExperiment

MAX_PATH_VALUES = 250_000_000
"""Bound on w x particles x frames x dimension of the paths kept: 1 GB."""

PLAYER_PARTICLES = 1_500
"""Paths that a notebook's player shows."""

FIRST_PARTIAL = 1_000
"""Particles before the first partial result; each later one comes after half as many again."""

Float32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Result:
    """What an Experiment gave, with all that is needed to run it again.

    Attributes
    ----------
    experiment : Experiment
    rows : tuple of Row
        One for each listed w, in the order listed.
    exact : Exact
        What is known without simulation.
    network_evaluations : int
        Scores evaluated, the step-change run included: particles x w x steps x guided scores a step x
        scores in a guided score (two under guidance, one without).
    seconds : float
    versions : dict
    complete : bool
        False for what `stream` shows on the way: fewer particles, no distances, no step change.
    samples : ndarray, shape [W, N, d], float32
        End points at `experiment.all_w`, which puts 0 in front where it is not listed.
    frames : ndarray, shape [W, m, F, d], float32, or None
        Paths of the first m particles.
    frame_levels : ndarray, shape [F]
        Level index of each frame, 0 for the start, uniform in log-SNR.
    frame_t, frame_alpha_bar : ndarray, shape [F]
        Noise variance and alpha_bar of each frame.
    built : Built
        The objects that were run, which may have taken seconds to make.
    notes : tuple of str
        What to know before trusting the numbers; empty for partial results.
    """

    experiment: Experiment
    rows: tuple[Row, ...]
    exact: Exact
    network_evaluations: int
    seconds: float
    versions: dict[str, str]
    complete: bool
    samples: Float32
    frames: Float32 | None
    frame_levels: NDArray[np.int64]
    frame_t: NDArray[np.float64]
    frame_alpha_bar: NDArray[np.float64]
    built: Built = field(repr=False)
    notes: tuple[str, ...] = ()

    view: ClassVar[Callable[[Result], str] | None] = None
    """How a notebook shows a result. The package's door hangs the player here, which lives on a higher floor."""

    def to_dict(self) -> dict[str, Any]:
        """The result's JSON object (DESIGN, format 1), without the arrays."""
        return {
            "format": 1,
            "experiment": self.experiment.model_dump(mode="json"),
            "rows": [_strict(asdict(row)) for row in self.rows],
            "exact": _strict(asdict(self.exact)),
            "network_evaluations": self.network_evaluations,
            "seconds": self.seconds,
            "versions": self.versions,
            "complete": self.complete,
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """Strict JSON: null, never NaN."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the JSON; a reader of `path` sees the old file or the whole new one."""
        _write_whole(Path(path), self.to_json().encode() + b"\n")

    def write_samples(self, path: str | os.PathLike[str]) -> None:
        """Write an npz with float32 `x` [W, N, d] and `paths` [W, m, F, d] at the listed w, `w`, and `t` [F].

        `paths` is there when the run kept frames, of as many particles as it kept.
        """
        listed = slice(len(self.samples) - len(self.experiment.w), None)
        arrays: dict[str, Any] = {"x": self.samples[listed], "w": np.array(self.experiment.w), "t": self.frame_t}
        if self.frames is not None:
            arrays["paths"] = self.frames[listed]
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        _write_whole(Path(path), buffer.getvalue())

    def _repr_html_(self) -> str:
        view = type(self).view
        return self.to_html_table() if view is None else view(self)

    def to_html_table(self) -> str:
        """The rows as a small table."""
        names = ("w", "mean_reward", "se_reward", "mean_reciprocal", "se_reciprocal", "improved", "spread", "step_change")
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = "".join(f"<tr>{''.join(_cell(getattr(row, name)) for name in names)}</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def run(
    experiment: Experiment | dict[str, Any],
    *,
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
        device=device,
        frame_particles=frame_particles,
        step_change=step_change,
        exact=exact,
        distances=distances,
        partial=False,
        executor=executor,
    )
    *_, last = _told(items, progress)
    assert isinstance(last, Result)
    return last


def stream(
    experiment: Experiment | dict[str, Any],
    *,
    device: str = "auto",
    frame_particles: int | None = 0,
    step_change: bool = True,
    exact: bool = True,
    distances: bool = True,
    partial: bool = True,
    executor: Executor | None = None,
    train: bool = True,
) -> Iterator[Progress | Result]:
    """Run an Experiment, yielding Progress often, partial Results on the way and the complete one last.

    Stop iterating to cancel. Parameters and errors as for `run`; without `partial` only the last Result comes, and
    without `train` a network that the store lacks is an error.
    """
    experiment = Experiment.parse(experiment)
    if train:
        for _ in experiment.train():  # it can be cancelled here too
            yield Progress(0.0)
    yield from _Run(experiment, device, frame_particles, step_change, exact, distances, executor).stream(partial)


class _Run:
    """One run under way: the arrays that fill up."""

    def __init__(
        self,
        experiment: Experiment,
        device: str,
        frame_particles: int | None,
        step_change: bool,
        exact: bool,
        distances: bool,
        executor: Executor | None,
    ) -> None:
        self.began = time.perf_counter()
        self.experiment, self.built = experiment, experiment.build(experiment.stored_only())
        self.execute = RunExperiment.on(experiment, self.built, executor, device)
        built, w, n = self.built, experiment.all_w, experiment.particles
        self.measured = measured_reward(experiment, built)
        self.wants_exact, self.wants_distances = exact, distances
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
        self.paths = Paths(len(w), n, built.law.dimension, shape[1], shape[2])
        self.halved_particles = min(n, max(2048, n // 4)) if step_change else 0
        self.coarse = Paths(len(w), self.halved_particles, built.law.dimension) if step_change else None

    @cached_property
    def exact(self) -> Exact:
        return exact_values(self.built.plan, self.built.sampler, self.measured) if self.wants_exact else Exact()

    def stream(self, partial: bool) -> Iterator[Progress | Result]:
        experiment = self.experiment
        share = 1 / (1 + 0.5 * self.halved_particles / experiment.particles)  # of the work that the main run is
        shown = FIRST_PARTIAL / 1.5
        for item in self._sweep(self.paths, gradual=partial):
            if isinstance(item, Progress):
                yield Progress(item.done * share)
            elif partial and self.paths.done >= min(1.5 * shown, experiment.particles):
                shown = self.paths.done
                yield self._result(None)
        if self.coarse is not None:
            for item in self._sweep(self.coarse, halved=True):
                if isinstance(item, Progress):
                    yield Progress(share + item.done * (1 - share))
        yield self._result(self.coarse, complete=True)

    def _sweep(self, paths: Paths, *, halved: bool = False, gradual: bool = False) -> Iterator[Progress | Chunk]:
        """Run one sweep, here or where the executor does, filing its chunks."""
        experiment = self.experiment
        observers: tuple[ObserverKind, ...] = (Integrals(),)
        if paths.frames is not None:
            observers += (Frames(tuple(self.levels.tolist()), paths.frames.shape[1]),)
        options = SweepOptions(
            experiment.all_w, paths.x.shape[1], experiment.seed, halvings=int(halved), gradual=gradual, observers=observers
        )
        for item in self.execute(options):
            if isinstance(item, Chunk):
                paths.take(item)
            yield item

    def _result(self, coarse: Paths | None, *, complete: bool = False) -> Result:
        experiment, built, done = self.experiment, self.built, self.paths.done
        guided = done * built.sampler.evaluations_in(built.levels.steps)  # scores a w
        if coarse is not None:
            guided += coarse.done * built.sampler.evaluations_in(built.levels.halved().steps)
        scores = 1 if isinstance(built.plan.rule, Unguided) else 2
        return Result(
            experiment=experiment,
            rows=tuple(self._rows(coarse, complete)),
            exact=self.exact,
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
            notes=built.notes() if complete and self.wants_exact else (),
        )

    def _rows(self, coarse: Paths | None, complete: bool) -> Iterator[Row]:
        all_w, reader = self.experiment.all_w, self.reader
        zero = all_w.index(0.0)
        unguided = reader.read(*self.paths.at(zero))
        coarse_unguided = None if coarse is None else reader.read(*coarse.at(zero))
        for k, w in enumerate(all_w):
            if w not in self.experiment.w:
                continue
            now = unguided if k == zero else reader.read(*self.paths.at(k))
            row = reader.row(w, now, unguided, distances=complete and self.wants_distances)
            if coarse is not None and coarse_unguided is not None:
                coarse_now = coarse_unguided if k == zero else reader.read(*coarse.at(k))
                n = coarse.done
                row = reader.with_step_change(row, (now.first(n), unguided.first(n)), (coarse_now, coarse_unguided))
            yield row


def versions() -> dict[str, str]:
    """What the numbers may depend on."""
    return {"gdviz": __version__, "torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}


def measured_reward(experiment: Experiment, built: Built) -> Reward | None:
    """What is read off in place of the plan's reward; a typed one is checked to be positive where the target has mass."""
    measure, law = experiment.measure, built.law
    if measure is None:
        return None
    context = RewardContext(law.dimension, law.log_posterior, law.labels)
    if measure.label is not None:
        return ClassProbability(label=measure.label).build(context)
    assert measure.reward is not None
    reward = build_reward(measure.reward, context)
    check_positive(reward, where_mass_is(law), measure.reward)
    return reward


def _told(items: Iterator[Progress | Result], progress: Callable[[float], None] | None) -> Iterator[Progress | Result]:
    for item in items:
        if progress is not None:
            progress(item.done if isinstance(item, Progress) else (1.0 if item.complete else 0.0))
        yield item


def _cell(value: float | None) -> str:
    return f"<td>{'' if value is None else f'{value:.4g}'}</td>"


def _strict(value: Any) -> Any:
    """None in place of what overflowed: JSON has no word for it."""
    if isinstance(value, dict):
        return {key: _strict(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_whole(path: Path, data: bytes) -> None:
    """Write beside the place and move there."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
