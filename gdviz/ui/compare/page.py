"""The Compare page: guidance methods on one scene, against exact samples of the goal."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gdviz.comparison import ComparisonAnswer
from gdviz.comparison.methods import METHODS
from gdviz.ui.compare.choice import choose
from gdviz.ui.compare.results import draw
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.run_controls import RunWords, show_controls
from gdviz.ui.parts.runs import RunStatus, find_run
from gdviz.ui.parts.workers import where_computed

_INTRO = (
    "Every method gets the same scene, the same number of network evaluations a sample and the same seeds, and is held against "
    "exact samples of the goal: p(x) r(x)^w / E r^w, with p the law of w = 0; for a label the powered law. Beside each number "
    "stands what two samples of the goal itself show."
)


def page() -> None:
    """Choose, run, read."""
    st.caption(_INTRO)
    study = choose()
    if study is None:
        return
    run = find_run(study)
    runs = len(study.methods) * len(study.budgets) * study.seeds
    words = RunWords(f"Press Run: {runs} runs. Methods appear one after another.", finished=_finished)
    watched = show_controls([run], words, "compare")
    if run.answer is not None and run.answer.entries:
        draw(run.answer, running=watched.active)
    with st.expander("What each method is"):
        for name in study.methods:
            method = METHODS[name]
            aims = "the goal" if method.at_goal(study.w) else method.aims
            st.markdown(f"**{as_typed(method.title)}**: {as_typed(_card(name))}")
            st.caption(as_typed(f"{method.rung}; aims at {aims}; {method.scores:g} network evaluations a step"))
    st.caption(as_typed(where_computed()))
    watched.wait()


def _card(name: str) -> str:
    """The idea on the card of what makes the method what it is: its twist, its guidance or its sampler."""
    from gdviz.guidance import GUIDANCE
    from gdviz.samplers import SAMPLERS
    from gdviz.samplers.particles.twists import TWISTS

    method = METHODS[name]
    if "twist" in method.sampler:
        return TWISTS.kinds[method.sampler["twist"]["kind"]].card.idea
    if "kind" in method.guidance:
        return GUIDANCE.kinds[method.guidance["kind"]].card.idea
    if method.unguided:
        return "The base law itself: where all the others start from."
    if method.name in GUIDANCE.kinds:
        return GUIDANCE.kinds[method.name].card.idea
    return SAMPLERS.kinds[method.sampler["kind"]].card.idea


def _finished(runs: Sequence[RunStatus[ComparisonAnswer]]) -> str:
    (run,) = runs
    return f"Finished in {run.answer.seconds:.0f} s." if run.answer is not None else "Finished."
