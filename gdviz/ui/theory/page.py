"""The Theory page: a laboratory for the theorem, one topic at a time."""

from __future__ import annotations

import streamlit as st

from gdviz.studies.theory.topics import study_of
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.run_controls import RunWords, finished_in, show_controls
from gdviz.ui.parts.runs import find_run
from gdviz.ui.parts.workers import where_computed
from gdviz.ui.theory.choice import TOPICS, choose
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


_RUN = RunWords(
    "Press Run. It takes some seconds; the figures sharpen as particles arrive.",
    finished=finished_in,
    stopped=lambda run: f"Stopped. {'The figures show what had arrived.' if run.raw else 'Nothing had arrived yet.'}",
    rest=SECONDS_BETWEEN_DRAWINGS,
)


def page() -> None:
    """Choose, run, read."""
    choice = choose()
    if choice is None:
        return
    st.header(TOPICS[choice.topic], anchor=False)
    st.caption(_WORDS[choice.topic])
    if choice.topic == "step":
        slow_motion(choice.experiment)
        return
    run = find_run(study_of(choice.topic, choice.experiment))
    watched = show_controls([run], _RUN, "theory")
    if run.answer is not None:
        draw(choice.topic, run.answer)
    st.caption(as_typed(where_computed()))
    watched.wait()
