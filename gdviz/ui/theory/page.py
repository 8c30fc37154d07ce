"""The Theory page: a laboratory for the theorem, one topic at a time."""

from __future__ import annotations

import json
import time
from typing import Any

import streamlit as st

from gdviz.jobs.theory import asked, run_theory, theory_key
from gdviz.server import store
from gdviz.ui.parts.required_networks import duration
from gdviz.ui.parts.run_status import SAME, Found, find, run_again
from gdviz.ui.parts.waiting import follow
from gdviz.ui.parts.workers import pool, where_computed
from gdviz.ui.theory.choice import TOPICS, Choice, choose
from gdviz.ui.theory.one_step import slow_motion
from gdviz.ui.theory.results import draw

SECONDS_BETWEEN_DRAWINGS = 1.5
"""Partial answers come oftener; each drawing of the page takes a good part of a second."""

_WORDS = {
    "along": (
        "f_t(x) = E[f(X₀) | X_t = x] is a **martingale** along the unguided path: at w = 0 its mean does not move. With guidance "
        "it is monotone, and the **improvement identity** says by how much: its running integral, measured along the same "
        "paths, is drawn dotted over each curve."
    ),
    "slope": (
        "Without simulation: at w = 0 the mean of −1/p(c | Y) rises at the rate **(2 / p(c)) KL(p ‖ p(· | c))**, and that of a "
        "reward that is sought at **2 E r KL(pʳ ‖ p)**: both 2 E f KL, f = 1/p or r. Each point is a random mixture of three "
        "Gaussians, with a label or a random reward: across, the rate by quadrature; up, what small w of either sign show."
    ),
    "tails": (
        "Without guidance the mean of 1/p(c | X) is exactly 1/p(c). For classes far apart nearly all of it comes from points too "
        "rare to be drawn: the running mean settles below the truth with a confident error bar, until a rare point lifts it."
    ),
    "steps": (
        "The same Brownian paths at fewer and fewer steps between the same ends. Dashed: the law of the guided sampler on a "
        "grid, the limit of small steps."
    ),
    "winners": (
        "Only the mean is promised to improve. Here are the particles whose probability or reward **fell** under guidance, "
        "beside some that rose; each is run twice on the same noise."
    ),
    "step": "One step of the sampler taken apart. Drag the particle, or type where it is; take the step to go on from there.",
}


def page() -> None:
    """Choose, run, read."""
    choice = choose()
    if choice is None:
        return
    st.subheader(TOPICS[choice.topic], anchor=False)
    st.caption(_WORDS[choice.topic])
    if choice.topic == "step":
        slow_motion(choice.experiment)
        return
    text = asked(choice.topic, choice.experiment)
    run = find(theory_key(choice.topic, text))
    with st.container(horizontal=True, vertical_alignment="center"):
        _buttons(choice, text, run)
        with st.container():
            slot = st.empty()
            _say(slot, run)
    if run.raw is not None:
        draw(choice.topic, json.loads(run.raw))
    st.caption(where_computed())
    if run.active:
        began = time.monotonic()
        follow(slot, lambda: _look(run, began))


def _buttons(choice: Choice, text: str, run: Found) -> None:
    def start() -> None:
        run_again(run.key)
        pool().submit("curves", run.key, run_theory, choice.topic, text, str(store().root))

    words = SAME if run.complete else None
    icon = ":material/play_arrow:"
    st.button("Run", type="primary", icon=icon, on_click=start, disabled=run.active, help=words, key="theory.run")
    st.button("Stop", icon=":material/stop:", on_click=run.cancel, disabled=not run.active, key="theory.stop")


def _say(slot: Any, run: Found) -> None:
    """What is going on, in one line, where nothing runs."""
    if run.complete and run.raw is not None:
        slot.caption(f":material/check: Finished in {duration(json.loads(run.raw)['seconds'])}.")
    elif run.state is None:
        slot.info("Press Run. It takes some seconds; the figures sharpen as particles arrive.", icon=":material/info:")
    elif run.problem:
        slot.error(run.problem, icon=":material/error:")
    elif run.state == "cancelled":
        part = "The figures show what had arrived." if run.raw is not None else "Nothing had arrived yet."
        slot.warning(f"Stopped. {part}", icon=":material/stop_circle:")


def _look(run: Found, began: float) -> tuple[float, str] | None:
    """Share done and what goes on; None when there is something new to draw."""
    job = run.job
    assert job is not None
    late = run.raw is None or time.monotonic() - began > SECONDS_BETWEEN_DRAWINGS
    if run.news(late):
        return None
    if job.state == "waiting":
        return 0.0, "Waiting for the run before this one"
    left = job.seconds_left
    return job.progress or 0.0, "Running" + ("" if left is None else f", about {duration(left)} left")
