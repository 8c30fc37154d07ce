"""What all sessions of a server share: the workers and the store."""

from __future__ import annotations

import atexit
import gc
from typing import TYPE_CHECKING

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.jobs import Job, Pool
from gdviz.jobs.cluster_pool import make_pool, scheduler_setting
from gdviz.jobs.training import Trainings
from gdviz.player.make import make_scene, scene_key, warm_up
from gdviz.server import store
from gdviz.ui.parts.required_networks import networks_progress
from gdviz.ui.parts.scene_progress import SceneProgress

if TYPE_CHECKING:
    from gdviz.checkpoints import Library
    from gdviz.experiment import Experiment


@st.cache_resource
def pool() -> Pool:
    """The workers of this server, started at first use and ended with it: processes of this machine, or a cluster's.

    Everything a page imports is there by now and stays. Streamlit collects garbage after each run of a page, and
    without `gc.freeze` would walk through all of torch and pandas each time, a tenth of a second that nobody else runs.
    """
    gc.freeze()
    workers = make_pool()
    atexit.register(workers.close)
    workers.warm(warm_up)
    return workers


def library() -> Library:
    """Trained networks and unfinished trainings."""
    from gdviz.checkpoints import networks

    return networks().library


@st.cache_resource
def trainings() -> Trainings:
    """The trainings of this server's store."""
    return Trainings(pool(), library())


def networks_needed(experiment: Experiment) -> SceneProgress:
    """How far the networks of an Experiment are, asking for those that are missing (`networks_progress`)."""
    return networks_progress(experiment, trainings(), pool())


def where_computed(training: bool = False) -> str:
    """Where the numbers on a page come from, in a few words; trainings stay on the CPU unless a device is named."""
    from gdviz.device import device_name, far_device

    address = scheduler_setting()
    if address:
        return f"Computed on the cluster at {address} ({far_device()} unless its workers have another setting)."
    try:
        name = device_name("cpu" if training and far_device() == "cpu" else "auto")
        return f"Computed on this machine's {name}."
    except GdvizError as error:  # a setting that names no device
        return str(error)


def scene_progress(experiment: Experiment, title: str = "", caption: str = "", on_stage: str | None = None) -> SceneProgress:
    """Look a scene up, asking the workers for it (its preview first) when the store has none.

    Calling it again is cheap and joins the work under way. Networks that it needs are trained first, in the lane of
    trainings. The whole scene is asked for only when its preview is
    `on_stage` (a digest) or has failed: until then page and preview have the machine to themselves.
    """
    key = scene_key(experiment.id)
    digest = store().find(key)
    if digest:
        return SceneProgress(digest, done=True, progress=1.0)
    if pool().find(scene_key(experiment.id, preview=True)) is None:
        networks = networks_needed(experiment)
        if not networks.done or networks.error:
            return networks
    preview = _ask(experiment, title, caption, preview=True)
    shown = store().find(scene_key(experiment.id, preview=True))
    if not preview.finished:
        return SceneProgress(shown, done=False)
    unseen = shown is not None and shown != on_stage
    whole = pool().find(key) if unseen else _ask(experiment, title, caption, preview=False)
    if whole is None:
        return SceneProgress(shown, done=False)
    return SceneProgress(shown, bool(whole.error), whole.progress or 0.0, whole.error)


def _ask(experiment: Experiment, title: str, caption: str, preview: bool) -> Job:
    key = scene_key(experiment.id, preview)
    found = pool().find(key)
    if found is not None and found.state == "failed":
        return found
    arguments = (experiment.canonical(), title, caption, preview, str(store().root))
    return pool().submit("preview" if preview else "scene", key, make_scene, *arguments)
