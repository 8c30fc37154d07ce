"""The scene of an Experiment: what the player moves, coarse at first and then whole."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.player.scene import FORMAT
from gdviz.record import Answer
from gdviz.studies._study import Study, StudyContext, trainings_of

if TYPE_CHECKING:
    from gdviz.cores import Cores
    from gdviz.experiment import Experiment
    from gdviz.result import Result
    from gdviz.training import Task

SHOWN = 1500
"""Particles that a scene carries; the numbers use all of the Experiment's."""

PREVIEW_STEPS, PREVIEW_PARTICLES = 60, 600

LONG_WORK = 2e8
"""w x particles x score evaluations of a scene that is known to be long: about ten seconds on closed-form scores."""

PREVIEW_PATIENCE, PREVIEW_LIMIT = 3.0, 20.0
"""Seconds after which a preview lets others pass, and after which it is given up: the whole scene is then waited for."""

APART = 0.4
"""Seconds between two scenes of one run: a reader sees no more of them, and each costs a page and a player some work."""


@dataclass(frozen=True)
class PackedScene(Answer):
    """A scene's bytes (`gdviz.player.scene`)."""

    data: bytes

    def to_bytes(self) -> bytes:
        return self.data

    @classmethod
    def from_bytes(cls, data: bytes) -> PackedScene:
        return cls(data)


@dataclass(frozen=True)
class SceneStudy(Study[PackedScene]):
    """A scene. Its bytes are read from the store, where the browser asks for them, and do not travel to the page's process.

    Attributes
    ----------
    experiment : Experiment
    title, caption : str
        Written on it; they do not change its key.
    preview : bool
        Coarse: three w, at most 60 steps and 600 particles.
    in_haste : bool
        Somebody waits for it: a law of the guided sampler that takes longer than a few seconds is left out.
    """

    name = "scene"
    answer = PackedScene
    travels = False
    outlives = False

    experiment: Experiment
    title: str = ""
    caption: str = ""
    preview: bool = False
    in_haste: bool = True

    @property
    def queue(self) -> str:  # type: ignore[override]
        return "preview" if self.preview else "scene"

    @property
    def patience(self) -> float:  # type: ignore[override]
        if self.preview:
            return PREVIEW_PATIENCE
        run = self.experiment
        long = len(run.all_w) * run.particles * run.sampler.evaluations_in(run.sampler.steps) > LONG_WORK
        return 0.0 if long else Study.patience

    @property
    def limit(self) -> float | None:  # type: ignore[override]
        return PREVIEW_LIMIT if self.preview else None

    def tasks(self) -> tuple[Task, ...]:
        return trainings_of(self.experiment)

    def request(self) -> dict[str, Any]:
        return {"experiment": self.experiment.id, "preview": self.preview}

    @cached_property
    def key(self) -> str:
        return scene_key(self.experiment.id, self.preview)

    def run(self, context: StudyContext) -> PackedScene:
        """The scene; a whole one that somebody waits for is published as it grows, in the order in which people look."""
        from gdviz.cores import Cores, at_hand
        from gdviz.player.growing import GrowingScene

        check_drawable(self.experiment)
        if not self.preview:
            with Cores(at_hand()) if context.executor is None else nullcontext() as cores:
                return self._whole(context, cores)
        growing = GrowingScene(self.title, self.caption, preview=True)
        for result in _results(previewed(self.experiment), context, None, whole=False, gradual=False):
            growing.grow(result)
        return PackedScene(growing.packed())

    def _whole(self, context: StudyContext, cores: Cores | None) -> PackedScene:
        from gdviz.cores import Later
        from gdviz.player.growing import GrowingScene
        from gdviz.player.law_field import SECONDS, find_laws, on_axes

        growing, laws = GrowingScene(self.title, self.caption), None
        seconds = SECONDS if self.in_haste else None
        published = time.monotonic()
        for result in _results(self.experiment, context, cores, whole=True, gradual=self.in_haste):
            if laws is None:  # behind the particles, before all else
                start, heed = (Later, lambda done: context.progress(1.0)) if cores is None else (cores.start, cores.heed)
                laws = start(find_laws, result.built, list(self.experiment.all_w), seconds, heed)
            if not result.complete and time.monotonic() < published + APART:
                continue
            scene = growing.grow(result)
            if result.complete:
                return PackedScene(growing.packed(on_axes(laws.result(), scene.extent)))
            context.partial(PackedScene(growing.packed()))
            published = time.monotonic()
        raise AssertionError("a run ends with its complete result")


def _results(
    experiment: Experiment, context: StudyContext, cores: Cores | None, *, whole: bool, gradual: bool
) -> Iterator[Result]:
    """What a run gives, its progress told."""
    from gdviz.result import Result, stream

    for item in stream(
        experiment,
        frame_particles=SHOWN,
        step_change=whole,
        exact=whole,
        distances=whole,
        partial=gradual,
        executor=context.executor,
        train=False,
        cores=cores,
    ):
        if isinstance(item, Result):
            yield item
        elif cores is None:
            context.progress(item.done)
        else:
            cores.rest_while(partial(context.progress, item.done))


def scene_key(experiment_id: str, preview: bool = False) -> str:
    """The store's key of a scene: the Experiment, and the program and format that made it."""
    return f"{experiment_id}-{__version__}-{FORMAT}{'-preview' if preview else ''}"


def previewed(experiment: Experiment) -> Experiment:
    """The same scene, coarse: three w, at most 60 steps and 600 particles."""
    w = sorted(experiment.all_w)
    few = sorted({0.0, w[len(w) // 2], w[-1]})
    sampler = experiment.sampler.model_copy(update={"steps": min(experiment.sampler.steps, PREVIEW_STEPS)})
    populations = -(-PREVIEW_PARTICLES // sampler.together)  # whole ones
    update = {"w": tuple(few), "sampler": sampler, "particles": min(experiment.particles, populations * sampler.together)}
    return experiment.model_copy(update=update)


def check_drawable(experiment: Experiment) -> None:
    """Refuse at once what no player draws, before anything is trained or run for it.

    Raises
    ------
    GdvizError
        In one sentence that says where it is shown instead.
    """
    where = experiment.target.shown_at
    if where is not None:
        name = experiment.target.kind_name()
        raise GdvizError(
            f"target: found {name!r}, whose points are no places on a line or in the plane; they are shown at {where}."
        )
    if (experiment.target.coordinates or 0) > 2:
        raise GdvizError(
            f"target: found points of {experiment.target.coordinates} coordinates; the player draws one or two. "
            "Curves and `gdviz run` measure any number."
        )


def warm_up() -> None:
    """Make a small scene and throw it away: a worker's first real one then finds everything imported and compiled."""
    from gdviz.presets import DEFAULT, load

    with tempfile.TemporaryDirectory() as folder:
        SceneStudy(load(DEFAULT).experiment, preview=True).run(StudyContext(Path(folder)))
