"""The scene of an Experiment: its preview, its networks and the whole of it, asked for and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdviz.jobs import Job
from gdviz.server import store
from gdviz.studies.scene import SceneStudy
from gdviz.ui.parts.required_networks import networks_progress
from gdviz.ui.parts.runs import submit
from gdviz.ui.parts.scene_progress import SceneProgress
from gdviz.ui.parts.workers import pool, trainings

if TYPE_CHECKING:
    from gdviz.experiment import Experiment


def scene_progress(experiment: Experiment, title: str = "", caption: str = "", on_stage: str | None = None) -> SceneProgress:
    """Look a scene up, asking the workers for it (its preview first) when the store has none.

    Calling it again is cheap and joins the work under way. Networks that it needs are trained first, in the queue of
    trainings. The whole scene is asked for only when its preview is
    `on_stage` (a digest) or has failed: until then page and preview have the machine to themselves.
    """
    whole, coarse = (SceneStudy(experiment, title, caption, preview) for preview in (False, True))
    digest = store().find(whole.key)
    if digest:
        return SceneProgress(digest, done=True, progress=1.0)
    if pool().find(coarse.key) is None:
        networks = networks_progress(coarse, trainings(), pool())
        if not networks.done or networks.error:
            return networks
    preview = _ask(coarse)
    shown = store().find(coarse.key)
    if not preview.finished:
        return SceneProgress(shown, done=False)
    unseen = shown is not None and shown != on_stage
    job = pool().find(whole.key) if unseen else _ask(whole)
    if job is None:
        return SceneProgress(shown, done=False)
    return SceneProgress(shown, bool(job.error), job.progress or 0.0, job.error)


def _ask(scene: SceneStudy) -> Job:
    found = pool().find(scene.key)
    return found if found is not None and found.state == "failed" else submit(scene)
