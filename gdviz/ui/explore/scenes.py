"""The scene of an Experiment: its preview, its networks and the whole of it, asked for and waited for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from gdviz.jobs import Job
from gdviz.jobs.study_job import part_key
from gdviz.server import store
from gdviz.studies.scene import SceneStudy
from gdviz.ui.parts.required_networks import networks_progress
from gdviz.ui.parts.runs import before_you, submit
from gdviz.ui.parts.scene_progress import SceneProgress
from gdviz.ui.parts.visitor import asker
from gdviz.ui.parts.workers import pool, trainings

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

_WANTED, _STOPPED = "explore.wanted", "explore.stopped"


def scene_progress(experiment: Experiment, title: str = "", caption: str = "") -> SceneProgress:
    """Look a scene up, asking the workers for it (its preview first) when the store has none.

    Calling it again is cheap, joins the work under way and says that it is still wanted. Networks that it needs are trained
    first, in the queue of trainings. Preview and whole scene are asked for at once, in queues of their own; the newest part of
    the whole is shown, or its preview until there is one.
    """
    coarse, whole = _studies(experiment, title, caption)
    digest = store().find(whole.key)
    if digest:
        return SceneProgress(digest, done=True, progress=1.0)
    if whole.key in stopped():
        return SceneProgress(_best(coarse, whole), done=True, stopped=True)
    if pool().find(coarse.key) is None:
        networks = networks_progress(coarse, trainings(), pool())
        if not networks.done or networks.error:
            return networks
    preview, job = _ask(coarse), _ask(whole)
    shown = _best(coarse, whole)
    held_up = _held_up(job) if preview.finished else _held_up(preview)
    return SceneProgress(shown, bool(job.error), job.progress or 0.0, job.error, held_up)


def _best(coarse: SceneStudy, whole: SceneStudy) -> str | None:
    """The newest part of the whole scene, or its preview."""
    return store().find(part_key(whole.key)) or store().find(coarse.key)


def want(experiments: Iterable[Experiment]) -> None:
    """These scenes are on stage in this tab, and no others: what it wanted before is dropped if nobody else wants it."""
    now = {study.key for experiment in experiments for study in _studies(experiment)}
    before: set[str] = st.session_state.get(_WANTED, set())
    for key in before - now:
        if job := pool().find(key):
            job.leave(asker())
    st.session_state[_WANTED] = now
    if not stopped() & now:
        st.session_state.pop(_STOPPED, None)


def stop() -> None:
    """No longer want the scenes on stage. What is there stays."""
    keys: set[str] = st.session_state.get(_WANTED, set())
    st.session_state[_STOPPED] = keys
    for key in keys:
        if job := pool().find(key):
            job.withdraw(asker().visitor)


def go_on() -> None:
    """Want them again."""
    st.session_state.pop(_STOPPED, None)


def stopped() -> set[str]:
    """Keys of the scenes that the reader has stopped."""
    keys: set[str] = st.session_state.get(_STOPPED, set())
    return keys


@lru_cache(maxsize=64)
def _studies(experiment: Experiment, title: str = "", caption: str = "") -> tuple[SceneStudy, SceneStudy]:
    """The preview and the whole scene; pages look for them often, and their keys take a while."""
    return SceneStudy(experiment, title, caption, True), SceneStudy(experiment, title, caption)


def _ask(scene: SceneStudy) -> Job:
    job = pool().find(scene.key)
    if job is None or job.state == "cancelled":
        return submit(scene)
    if not job.finished:
        job.join(asker())
    return job


def _held_up(job: Job) -> str:
    """Why nothing happens: others come first; nothing where it goes on."""
    return "Other visitors have their turn" if job.resting else before_you(job.key)
