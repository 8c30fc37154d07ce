"""The Train page: start trainings, watch them, and take their networks to Explore."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.required_networks import duration, share_of, words_of
from gdviz.ui.parts.runs import PROBLEM, attempt
from gdviz.ui.parts.visitor import asker
from gdviz.ui.parts.waiting import wait_for_update
from gdviz.ui.parts.workers import library, trainings, where_computed
from gdviz.ui.train.choice import TrainChoice, choose, say_what_is_used
from gdviz.ui.train.trainings import WATCHED, show_list
from gdviz.ui.train.watch import watch

if TYPE_CHECKING:
    from gdviz.jobs.training import Training

SECONDS_BETWEEN_DRAWINGS = 1.0
"""Reports come oftener; drawing them all would cost the training more than it shows."""

_DONE = "Trained or under way: the same recipe and seed give the same network."
_NO_NETWORK = "This scene's scores need no network"

_INTRO = (
    "A small network learns a score from **samples of p(x) alone**: points, noised, and nothing else. A reward enters "
    "through clean points alone; no trajectory is simulated. What is measured: the **score error** "
    "sqrt(E |eps_net − eps\\*|² / E |eps\\*|²) on 20,000 held-out points at 1000 noise levels, against the exact score, which "
    "the training never sees."
)


def page() -> None:
    """Choose, train, watch."""
    st.caption(_INTRO)
    choice = choose()
    chosen = [task.id for task in choice.tasks]
    known = _known(chosen)
    active = [training for training in known if training.state in ("waiting", "running")]
    slot = _start(choice, active)
    watched = _watched(known, chosen)
    left, right = st.columns([1, 2], gap="medium")
    with left:
        show_list(known, choice.tasks, watched.id if watched else None)
        st.caption(as_typed(where_computed(training=True)))
    with right:
        if watched is not None:
            watch(watched, library())
    if active:
        _follow(slot, sorted(active, key=lambda training: training.id not in chosen))


def _start(choice: TrainChoice, active: Sequence[Training]) -> object:
    """What will be trained, how much of the data counts, the button, and a place for what is going on.

    A button that cannot be pressed says why.
    """
    jobs, tasks = trainings(), choice.tasks
    say_what_is_used(tasks)
    missing = [task for task in tasks if (training := jobs.find(task.id)) is None or training.state in ("paused", "failed")]

    def start() -> None:
        for task in missing:
            attempt(jobs.start, task, asker())
        st.session_state[WATCHED] = missing[-1].id

    with st.container(horizontal=True, vertical_alignment="center"):
        why = choice.problem or (_DONE if tasks else _NO_NETWORK)
        st.button(
            "Train",
            type="primary",
            icon=":material/play_arrow:",
            on_click=start,
            disabled=not missing,
            help=None if missing else as_typed(why),
            key="train.start",
        )
        with st.container():
            if problem := st.session_state.pop(PROBLEM, None) or choice.problem:
                st.error(as_typed(problem), icon=":material/error:")
            else:
                said = ["; ".join(task.title for task in tasks) or _NO_NETWORK]
                if tasks and not missing:
                    said.append(_DONE)
                elif missing and active:
                    said.append(queue_words(active))
                st.caption(as_typed(". ".join(said)))
            slot = st.empty()
    return slot


def queue_words(active: Sequence[Training]) -> str:
    """What comes before a training that is started now: one's own go one after another, those of others take turns with it."""
    mine = [training for training in active if asker().visitor in training.owners]
    if not mine:
        return "Takes its turn beside " + ("a training" if len(active) == 1 else f"{len(active)} trainings") + " of others"
    report = mine[0].report
    left = None if report is None or len(mine) > 1 else report.seconds_left
    soon = "" if left is None else f", in about {duration(left)}"
    return f"Starts after {'your training' if len(mine) == 1 else f'your {len(mine)} trainings'} under way{soon}"


def _known(chosen: Sequence[str]) -> list[Training]:
    """All trainings of the store, and the chosen ones that came with the program."""
    known = list(trainings().list())
    listed = {training.id for training in known}
    others = [trainings().find(id) for id in chosen if id not in listed]
    return [*known, *(training for training in others if training is not None)]


def _watched(known: Sequence[Training], chosen: Sequence[str]) -> Training | None:
    """The one that the reader picked, else one that runs, else one of the choice."""
    by_id = {training.id: training for training in known}
    picked = st.session_state.get(WATCHED)
    if picked in by_id:
        return by_id[picked]
    running = [training for training in known if training.state == "running"]
    mine = [by_id[id] for id in chosen if id in by_id]
    return next(iter([*running, *mine]), None)


def _follow(slot: object, active: Sequence[Training]) -> None:
    """Wait for news of what is under way."""
    drawn, began, jobs = {training.id: training for training in active}, time.monotonic(), trainings()

    def look() -> tuple[float, str] | None:
        jobs.look(drawn, asker())
        now = [jobs.find(id) for id in drawn]
        late = time.monotonic() - began > SECONDS_BETWEEN_DRAWINGS
        for training in now:
            if training is None or training.state != drawn[training.id].state:
                return None
            if late and _step(training) != _step(drawn[training.id]):
                return None
        first = now[0]
        assert first is not None
        more = f" (and {len(now) - 1} more under way)" if len(now) > 1 else ""
        return share_of(first), words_of(first) + more

    wait_for_update(slot, look)


def _step(training: Training) -> int:
    return training.report.step if training.report is not None else -1
