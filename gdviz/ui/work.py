"""What all sessions of a server share: the workers and the store."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

import streamlit as st

from gdviz.jobs import Job, Pool
from gdviz.player.make import make_scene, scene_key
from gdviz.server import store
from gdviz.ui.progress import SceneProgress

if TYPE_CHECKING:
    from gdviz.experiment import Experiment


@st.cache_resource
def pool() -> Pool:
    """The worker processes of this server, started at first use and ended with it."""
    workers = Pool()
    atexit.register(workers.close)
    workers.warm()
    return workers


def scene_progress(experiment: Experiment, title: str = "", caption: str = "") -> SceneProgress:
    """Look a scene up, asking the workers for it (its preview first) when the store has none.

    Calling it again is cheap and joins the work under way.
    """
    key = scene_key(experiment.id)
    digest = store().find(key)
    if digest:
        return SceneProgress(digest, done=True, progress=1.0)
    preview = _ask(experiment, title, caption, preview=True)
    shown = store().find(scene_key(experiment.id, preview=True))
    if not preview.finished:
        return SceneProgress(shown, done=False)
    whole = _ask(experiment, title, caption, preview=False)  # only now: the preview has the machine to itself
    return SceneProgress(shown, bool(whole.error), whole.progress or 0.0, whole.error)


def _ask(experiment: Experiment, title: str, caption: str, preview: bool) -> Job:
    key = scene_key(experiment.id, preview)
    found = pool().find(key)
    if found is not None and found.state == "failed":
        return found
    arguments = (experiment.canonical(), title, caption, preview, str(store().root))
    return pool().submit("preview" if preview else "scene", key, make_scene, *arguments)
