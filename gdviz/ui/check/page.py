"""The Check page: samples from anywhere judged, and the exact facts of an Experiment. No code of the reader's runs here."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.facts.aim import aimed
from gdviz.facts.background import PARTICLES, facts_key, judge_key, run_facts, run_judgement
from gdviz.facts.judgement_table import FLOOR
from gdviz.palette import DARK, LIGHT
from gdviz.figures.sample_picture import sample_figure
from gdviz.jobs import Job
from gdviz.ui.parts.subject import SCENE, asked_for, pick, write_address
from gdviz.ui.parts.waiting import follow
from gdviz.ui.parts.workers import pool

MEGABYTES = 64
"""Size of an uploaded file."""

OWN, LABEL, REWARD = "its own guidance", "a label", "a reward"

_MEMORY = "check.memory"
Look = Callable[[], tuple[float, str] | None]


def page() -> None:
    """Choose, upload, run, read."""
    picked, experiment = _choose()
    samples, facts = st.tabs(["Samples from anywhere", "The exact facts"])
    with samples:
        waiting = [_samples(experiment)]
    with facts:
        waiting.append(_facts(picked, experiment))
    for slot, look in filter(None, waiting):
        follow(slot, look)


def _choose() -> tuple[str, Experiment]:
    if _MEMORY not in st.session_state:
        st.session_state[_MEMORY] = asked_for()
    picked, experiment = pick(st.session_state[_MEMORY], st.container(), "check.subject")
    write_address(picked, experiment)
    return picked, experiment


# ---------------------------------------------------------------------- samples
def _samples(experiment: Experiment) -> tuple[Any, Look] | None:
    """Upload and judgement; while a worker is at it, where to show progress and how to look."""
    st.caption(
        "Which exact law do points from your own sampler follow? Upload them as .npy, .npz or .csv, one sample a row. "
        "They are read as numbers and nothing else."
    )
    one, two, three = st.columns([3, 4, 2])
    aim = one.selectbox("Judge by", [OWN, LABEL, REWARD], key="check.aim")
    label = reward = None
    if aim == LABEL:
        label = two.text_input("Label", key="check.label")
    elif aim == REWARD:
        reward = two.text_input("Reward, a formula in x and y", "exp(x)", key="check.reward")
    w_text = three.text_input(
        "w, if there is one", key="check.w", help="For the powered law, and to pick from a file that holds several w."
    )
    file = st.file_uploader("Samples", type=["npy", "npz", "csv"], max_upload_size=MEGABYTES, key="check.file")
    try:
        w, asked = _number(w_text), aimed(experiment, label or None, reward or None)
    except GdvizError as error:
        st.error(str(error), icon=":material/error:")
        return None
    if file is None:
        return None
    data = file.getvalue()
    key = judge_key(asked.id, file.name, data, w)
    job = pool().find(key) or pool().submit("curves", key, run_judgement, asked.canonical(), file.name, data, w)
    state = job.state
    if state == "done":
        _judgement(json.loads(job.result))
        return None
    return _waiting(job, state, "Comparing with each law")


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise GdvizError(f"w: found {text[:40]!r}; a number is required, or nothing.")
    return value


def _judgement(found: dict[str, Any]) -> None:
    say = st.success if found["within"] else st.warning
    say(found["sentence"], icon=":material/check_circle:" if found["within"] else ":material/help:")
    st.caption(found["line"])
    if found["picture"] is not None:
        palette = DARK if st.context.theme.type == "dark" else LIGHT
        with st.container(key="check.picture"):
            st.plotly_chart(sample_figure(found["picture"], palette), config={"displaylogo": False}, alt=_alt(found))
    _table(found["headings"], found["rows"], "check.laws")
    st.caption(f"± is 1.96 standard errors; {FLOOR}. Distances are energy distances.")
    if found["modes"] is not None:
        st.subheader("Share of each mode", anchor=False)
        modes_headings, modes_rows = found["modes"]
        _table(modes_headings, modes_rows, "check.modes")


def _alt(found: dict[str, Any]) -> str:
    laws = ", ".join(law["title"] for law in found["picture"]["laws"]) or "the points of the target"
    return f"The samples over {laws}. {found['sentence']} The tables below hold the numbers."


# ---------------------------------------------------------------------- facts
def _facts(picked: str, experiment: Experiment) -> tuple[Any, Look] | None:
    """The table of the exact facts; while a worker is at it, where to show progress and how to look."""
    st.caption(
        "Every exact fact that applies to this experiment, held against its own simulation. "
        f"{PARTICLES:,} samples at each w; a mean may be off by chance and by its change against half as many steps."
    )
    key = facts_key(experiment.id)
    job = pool().find(key)

    def run() -> None:
        pool().submit("curves", key, run_facts, experiment.canonical())

    state = None if job is None else job.state  # asked once: it may end while the page is drawn
    there = state in ("waiting", "running", "done")
    st.button("Check the facts", type="primary", icon=":material/fact_check:", on_click=run, disabled=there, key="check.run")
    if job is None:
        return None
    if state != "done":
        return _waiting(job, state, "Sampling")
    found = json.loads(job.result)
    if not found["applicable"]:
        st.info(found["sentence"], icon=":material/info:")
    else:
        say = st.error if found["failures"] else st.success
        say(found["sentence"], icon=":material/error:" if found["failures"] else ":material/check_circle:")
    st.caption(f"{found['subject']}. {found['footnote']}")
    _table(found["headings"], found["rows"], "check.facts")
    st.caption("Where a whole law is checked, the number is the largest distance of the distribution functions over the axes.")
    if found["left_out"]:
        with st.expander(f"Not applicable here: {len(found['left_out'])}"):
            _table(("fact", "reason"), found["left_out"], "check.left_out")
    if picked != SCENE:
        st.caption(f"The same on the command line: `gdviz check preset:{picked}`.")
    return None


# ---------------------------------------------------------------------- both
def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], key: str) -> None:
    st.dataframe([dict(zip(headings, row, strict=True)) for row in rows], hide_index=True, height="content", key=key)


def _waiting(job: Job, state: str | None, words: str) -> tuple[Any, Look] | None:
    if state in ("failed", "cancelled"):
        st.error(job.error or "It was stopped.", icon=":material/error:")
        return None
    slot = st.empty()
    now = _look(job, words)
    if now is not None:
        slot.progress(*now)
    return slot, partial(_look, job, words)


def _look(job: Job, words: str) -> tuple[float, str] | None:
    if job.finished:
        return None
    return (job.progress or 0.0), words if job.state == "running" else "Waiting for the run before this one"
