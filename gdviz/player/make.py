"""Scenes as background work: a coarse preview first, then the whole run; and the presets' shipped scenes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.player.scene import FORMAT
from gdviz.store import SceneStore

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.jobs import Report

SHOWN = 1500
"""Particles that a scene carries; the numbers use all of the Experiment's."""

PREVIEW_STEPS, PREVIEW_PARTICLES = 60, 600


def scene_key(experiment_id: str, preview: bool = False) -> str:
    """The store's key of a scene: the Experiment, and the program and format that made it."""
    return f"{experiment_id}-{__version__}-{FORMAT}{'-preview' if preview else ''}"


def previewed(experiment: Experiment) -> Experiment:
    """The same scene, coarse: three w, at most 60 steps and 600 particles."""
    w = sorted(experiment.all_w)
    few = sorted({0.0, w[len(w) // 2], w[-1]})
    sampler = experiment.sampler.model_copy(update={"steps": min(experiment.sampler.steps, PREVIEW_STEPS)})
    update = {"w": tuple(few), "sampler": sampler, "particles": min(experiment.particles, PREVIEW_PARTICLES)}
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


def make_scene(
    text: str, title: str, caption: str, preview: bool, root: str, report: Report | None = None, in_haste: bool = True
) -> str:
    """Run an Experiment (JSON text), pack its scene into the store at `root`, and return the digest.

    In haste, somebody waits for it: a law of the guided sampler that takes longer than a few seconds is left out.
    """
    from gdviz.experiment import Experiment
    from gdviz.player.build import scene_from_result
    from gdviz.player.law_field import SECONDS
    from gdviz.player.scene import pack_scene
    from gdviz.progress import silent
    from gdviz.result import Result, stream

    asked = Experiment.from_json(text)
    check_drawable(asked)
    experiment = previewed(asked) if preview else asked
    result = None
    whole = not preview
    executor = None if report is None else report.executor
    for event in stream(
        experiment,
        frame_particles=SHOWN,
        step_change=whole,
        exact=whole,
        distances=whole,
        partial=False,
        executor=executor,
        train=False,
    ):
        if isinstance(event, Result):
            result = event
        elif report is not None:
            report.progress(event.done)
    assert result is not None
    heard = silent if report is None else lambda done: report.progress(1.0)  # so that it can be cancelled
    data = pack_scene(scene_from_result(result, title, caption, preview, SECONDS if in_haste else None, heard))
    return SceneStore(Path(root)).write(scene_key(asked.id, preview), data)


def warm_up(report: Report | None = None) -> None:
    """Make a small scene and throw it away: a worker's first real one then finds everything imported and compiled."""
    from gdviz.presets import DEFAULT, load

    with tempfile.TemporaryDirectory() as folder:
        make_scene(load(DEFAULT).experiment.canonical(), "", "", True, folder, report)
