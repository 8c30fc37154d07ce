"""The Check page: samples from anywhere judged, and the exact facts of an Experiment. No code of the reader's runs here."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import streamlit as st

from gdviz.errors import GdvizError, did_you_mean_point
from gdviz.experiment import Experiment
from gdviz.facts.finding import HEADINGS, CheckReport
from gdviz.facts.judgement_table import FLOOR
from gdviz.facts.picture import SamplePicture
from gdviz.facts.retarget import retargeted
from gdviz.figures.sample_picture import sample_figure
from gdviz.server.uploads import MEGABYTES
from gdviz.studies.facts import PARTICLES, Facts
from gdviz.studies.judgement import JudgementAnswer, SampleJudgement
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import palette, show_figure
from gdviz.ui.parts.page_memory import page_memory
from gdviz.ui.parts.run_controls import RunWords, Watched, show_controls
from gdviz.ui.parts.runs import find_run, submit
from gdviz.ui.parts.subject import SCENE, asked_for, pick, write_address

OWN, LABEL, REWARD = "its own guidance", "a label", "a reward"


_COMPARING = RunWords("", running=lambda run: "Comparing with each law")
_CHECKING = RunWords(
    "Press the button. It takes some seconds.",
    running=lambda run: "Sampling",
    label="Check the facts",
    icon=":material/fact_check:",
)


def page() -> None:
    """Choose, upload, run, read."""
    picked, experiment = _choose()
    samples, facts = st.tabs(["Samples from anywhere", "The exact facts"])
    with samples:
        waiting = [_samples(experiment)]
    with facts:
        waiting.append(_facts(picked, experiment))
    for watched in waiting:
        if watched is not None:
            watched.wait()


def _choose() -> tuple[str, Experiment]:
    picked, experiment = pick(page_memory("check", asked_for), st.container(), "check.subject")
    write_address(picked, experiment)
    return picked, experiment


# ---------------------------------------------------------------------- samples
def _samples(experiment: Experiment) -> Watched | None:
    """Upload and judgement; while a worker is at it, what to wait for."""
    st.caption(
        "Which exact law do points from your own sampler follow? Upload them as .npy, .npz or text (.csv, .tsv, .txt), "
        "one sample a row. "
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
    file = st.file_uploader("Samples", type=["npy", "npz", "csv", "tsv", "txt"], max_upload_size=MEGABYTES, key="check.file")
    try:
        w, asked = _number(w_text), retargeted(experiment, label or None, reward or None)
    except GdvizError as error:
        st.error(as_typed(str(error)), icon=":material/error:")
        return None
    if file is None:
        return None
    run = find_run(SampleJudgement(asked, file.name, file.getvalue(), w))
    if run.job is None and not run.complete:
        submit(run.study)
        run = find_run(run.study)
    if run.answer is not None:
        _judgement(run.answer)
        return None
    watched = Watched([run], _COMPARING, st.empty(), time.monotonic())
    if run.problem:
        st.error(as_typed(run.problem), icon=":material/error:")
    return watched


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise GdvizError(f"w: found {text[:40]!r}{did_you_mean_point(text)}; a number is required, or nothing.")
    return value


def _judgement(answer: JudgementAnswer) -> None:
    say = st.success if answer.within else st.warning
    say(as_typed(answer.sentence), icon=":material/check_circle:" if answer.within else ":material/help:")
    if answer.remarks:
        st.info(as_typed(" ".join(answer.remarks)), icon=":material/info:")
    st.caption(as_typed(answer.line))
    if answer.picture is not None:
        figure, alt = sample_figure(answer.picture, palette()), _alt(answer, answer.picture)
        with st.container(key="check.picture"):
            show_figure(figure, alt, {"displaylogo": False})
    _table(answer.laws.headings, answer.laws.rows, "check.laws")
    st.caption(f"± is 1.96 standard errors; {FLOOR}. Distances are energy distances.")
    if answer.modes is not None:
        st.header("Share of each mode", anchor=False)
        _table(answer.modes.headings, answer.modes.rows, "check.modes")


def _alt(answer: JudgementAnswer, picture: SamplePicture) -> str:
    laws = ", ".join(law.title for law in picture.laws) or "the points of the target"
    return f"The samples over {laws}. {answer.sentence} The tables below hold the numbers."


# ---------------------------------------------------------------------- facts
def _facts(picked: str, experiment: Experiment) -> Watched:
    """The table of the exact facts; while a worker is at it, what to wait for."""
    st.caption(
        "Every exact fact that applies to this experiment, held against its own simulation. "
        f"{PARTICLES:,} samples at each w; a mean may be off by chance and by its change against half as many steps."
    )
    run = find_run(Facts(experiment))
    watched = show_controls([run], _CHECKING, "check")
    if run.answer is not None:
        _report(run.answer.report)
        if picked != SCENE:
            st.caption(as_typed(f"The same on the command line: gdviz check preset:{picked}."))
    return watched


def _report(report: CheckReport) -> None:
    """What was found, with a table of what applies and a list of what does not."""
    if not report.applicable:
        st.info(as_typed(report.sentence), icon=":material/info:")
    else:
        say = st.error if report.failures else st.success
        say(as_typed(report.sentence), icon=":material/error:" if report.failures else ":material/check_circle:")
    st.caption(as_typed(f"{report.subject}. {report.footnote}"))
    applies = [row for row, finding in zip(report.rows(), report.findings, strict=True) if finding in report.applicable]
    _table(HEADINGS, applies, "check.facts")
    st.caption("Where a whole law is checked, the number is the largest distance of the distribution functions over the axes.")
    left_out = [(finding.fact, finding.reason) for finding in report.findings if finding not in report.applicable]
    if left_out:
        with st.expander(f"Not applicable here: {len(left_out)}"):
            _table(("fact", "reason"), left_out, "check.left_out")


# ---------------------------------------------------------------------- both
def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], key: str) -> None:
    st.dataframe([dict(zip(headings, row, strict=True)) for row in rows], hide_index=True, height="content", key=key)
