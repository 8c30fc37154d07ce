"""The Curves page: one Experiment, many w, bars that shrink as chunks arrive."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.experiment import MAX_PARTICLES, Experiment
from gdviz.export.table import to_csv, to_latex
from gdviz.figures import result_curves as figures
from gdviz.figures.result_curves import Shown
from gdviz.jobs import Job
from gdviz.jobs.curves import run_curves
from gdviz.presets import DEFAULT, load, titles
from gdviz.ui.explore import current_experiment
from gdviz.ui.work import pool

_KEY = "curves.job"
_POLL_SECONDS = 0.5
_MORE_W = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 7, 8, 10)


def page() -> None:
    """Choose, run, read."""
    experiment = _chosen()
    if experiment is None:
        return
    shown = _shown()
    job = pool().find(f"curves-{experiment.id}")
    left, right, _ = st.columns([1, 1, 4])
    if left.button("Run", type="primary", icon=":material/play_arrow:", disabled=job is not None and not job.finished):
        job = pool().submit("curves", f"curves-{experiment.id}", run_curves, experiment.canonical())
    if right.button("Stop", icon=":material/stop:", disabled=job is None or job.finished) and job is not None:
        job.cancel()
    if job is None:
        st.info("Press Run. The curves appear after the first thousand particles and sharpen from then on.", icon=":material/info:")
        return
    _watch(job, experiment, shown)


def _chosen() -> Experiment | None:
    """The Experiment to run: the one on the Explore page or a preset, with its own w and particles."""
    known, here = titles(), current_experiment()
    options = (["__here__"] if here is not None else []) + list(known)
    names = {"__here__": "The scene on the Explore page", **known}
    start = 0 if here is not None else options.index(DEFAULT)
    picked = st.selectbox("Experiment", options, index=start, format_func=lambda name: names[name])
    try:
        base = here if picked == "__here__" and here is not None else load(picked).experiment
    except GdvizError as error:
        st.error(str(error))
        return None
    left, right = st.columns([3, 1])
    text = left.text_input("guidance scales w (0 = no guidance)", ", ".join(f"{w:g}" for w in _MORE_W), key="curves.w")
    particles = right.number_input("particles", 100, MAX_PARTICLES, 10_000, step=1000, key="curves.particles")
    from gdviz.ui.editor import parse_numbers

    try:
        return Experiment.parse({**base.model_dump(mode="json"), "w": parse_numbers(text), "particles": particles})
    except GdvizError as error:
        st.error(str(error), icon=":material/error:")
        return None


def _shown() -> Shown:
    one, two, three = st.columns(3)
    axis = one.segmented_control("horizontal axis", ["w", "gamma = 1 + w"], default="w", key="curves.axis")
    scale = two.segmented_control("spacing", ["linear", "log"], default="linear", key="curves.scale")
    sign = three.segmented_control("vertical sign", ["1/p", "-1/p (the paper's)"], default="1/p", key="curves.sign")
    return Shown("w" if axis in (None, "w") else "gamma", scale == "log", sign is not None and sign.startswith("-"))


def _watch(job: Job, experiment: Experiment, shown: Shown) -> None:
    """Draw what there is; look again while the job runs."""

    @st.fragment(run_every=None if job.finished else _POLL_SECONDS)
    def watching() -> None:
        _status(job)
        text = job.result if job.state == "done" else job.partial
        if text is not None:
            _draw(json.loads(text), experiment, shown, finished=job.finished)
        if job.finished and not st.session_state.get(_KEY) == job.key:
            st.session_state[_KEY] = job.key  # once more, to stop looking and to free the Run button
            st.rerun()

    if not job.finished:
        st.session_state.pop(_KEY, None)
    watching()


def _status(job: Job) -> None:
    if job.state == "waiting":
        st.progress(0.0, text="Waiting for a worker")
    elif job.state == "running":
        left = job.seconds_left
        st.progress(job.progress or 0.0, text="Sampling" + ("" if left is None else f", about {left:.0f} s left"))
    elif job.state == "cancelled":
        st.warning("Stopped. The curves show the particles that had arrived.", icon=":material/stop:")
    elif job.state == "failed":
        st.error(job.error or "The run failed.", icon=":material/error:")


def _draw(result: dict[str, Any], experiment: Experiment, shown: Shown, finished: bool) -> None:
    rows, exact = result["rows"], result["exact"] or {}
    name = experiment.build().plan.reward_title
    count = rows[0]["particles"]
    st.caption(f"{count:,} particles at each w, the same noise for all. Bands: 95 %. Thin whiskers: change with half the steps.")
    heavy = [f"{row['w']:g}" for row in rows if row["tail"] and not row["tail"]["reliable"]]
    plots = [
        (f"Mean of {name}", figures.reward_figure(rows, exact, name, shown)),
        (f"Mean of {'-' if shown.paper_sign else ''}1 / {name}", figures.reciprocal_figure(rows, exact, name, shown)),
        ("Proportion improved", figures.improved_figure(rows, shown)),
        ("Path KL", figures.path_kl_figure(rows, shown)),
        ("Distance to each goal law", figures.distance_figure(rows, shown)),
    ]
    columns = st.columns(2)
    for k, (title, figure) in enumerate(plots):
        with columns[k % 2]:
            st.subheader(title)
            if not any(trace.y is not None and any(v == v for v in trace.y) for trace in figure.data):
                st.caption("Does not apply to this method or sampler." if finished else "Comes with the finished run.")
                continue
            st.plotly_chart(figure, key=f"curves.{k}", config={"displaylogo": False}, alt=_alt(title, rows))
            if k == 1 and heavy:
                st.caption(f"1/{name} is too heavy-tailed to estimate from {count:,} samples at w = {', '.join(heavy)}: no band there.")
    st.subheader("Table")
    st.dataframe([{key: value for key, value in row.items() if not isinstance(value, (dict, list, tuple))} for row in rows], hide_index=True)
    one, two, three, _ = st.columns([1, 1, 1, 3])
    one.download_button("CSV", to_csv(rows), "curves.csv", "text/csv", on_click="ignore")
    two.download_button("LaTeX", to_latex(rows, name), "curves.tex", "text/plain", on_click="ignore")
    three.download_button("JSON", json.dumps(result, indent=1), "result.json", "application/json", on_click="ignore")


def _alt(title: str, rows: list[dict[str, Any]]) -> str:
    return f"{title} against the guidance scale, at {len(rows)} values from w = {rows[0]['w']:g} to {rows[-1]['w']:g}; the table below holds the numbers."
