"""The Robustness page: what errors of a score, known or learned, do to the guided means."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gdviz.studies.robustness import Robustness, RobustnessAnswer
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.run_controls import RunWords, show_controls
from gdviz.ui.parts.runs import RunStatus, find_run
from gdviz.ui.parts.workers import library, where_computed
from gdviz.ui.robustness.choice import choose
from gdviz.ui.robustness.results import draw

SECONDS_BETWEEN_DRAWINGS = 2.0
"""Partial answers come oftener; each drawing of the page takes a good part of a second."""

_INTRO = (
    "Guidance is only as good as its scores. Here the same guided particles run on **exact scores**, on exact scores with a "
    "**known error** added, and on **networks** after three lengths of training, all on the same noise. Beside what is measured "
    "stands what first-order theory predicts from the error along the exact paths."
)


def page() -> None:
    """Choose, run, read."""
    st.caption(_INTRO)
    choice = choose()
    if choice is None:
        return
    runs = [find_run(Robustness(source.experiment)) for source in choice.sources]
    phrases = {run.study.key: source.phrase for run, source in zip(runs, choice.sources, strict=True)}
    words = RunWords(
        "Press Run. Curves appear one after another and sharpen; networks that are missing are trained meanwhile.",
        running=lambda run: f"sampling with {phrases[run.study.key]}",
        finished=_finished,
        rest=SECONDS_BETWEEN_DRAWINGS,
    )
    watched = show_controls(runs, words, "robustness")
    for run, source in zip(runs, choice.sources, strict=True):
        if run.problem:
            st.warning(as_typed(f"{source.name}: {run.problem}"), icon=":material/warning:")
    answers = [(source, run.answer) for run, source in zip(runs, choice.sources, strict=True) if run.answer is not None]
    if answers:
        draw(answers, choice.name, library(), running=watched.active)
    st.caption(as_typed(where_computed()))
    watched.wait()


def _finished(runs: Sequence[RunStatus[RobustnessAnswer]]) -> str:
    seconds = sum(run.answer.seconds for run in runs if run.answer is not None)
    return f"Finished: {len(runs)} wrong scores beside the exact one, {seconds:.0f} s of sampling."
