"""The Figures page: run a figure of the papers, look at it, take it away."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from gdviz.figures.palette import DARK, LIGHT
from gdviz.jobs import Job
from gdviz.jobs.figures import figure_key, run_figure
from gdviz.papers.files import CONTENTS
from gdviz.papers.interactive import row_figure, row_width
from gdviz.papers.make import NUMBERS
from gdviz.papers.paper_figure import PaperFigure, Value
from gdviz.papers.picture import Panel
from gdviz.server import store
from gdviz.tables import interval
from gdviz.ui.parts.required_networks import duration
from gdviz.ui.parts.run_status import SAME, Found, find, run_again
from gdviz.ui.parts.waiting import follow
from gdviz.ui.parts.workers import pool

_CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}

WIDEST = 1180
"""Pixels of a row of panels below which none is drawn narrower than in the files; wider rows may be."""

_WHAT = {
    1: "Proportion of samples improved, and the mean of −1/p(1 | x), against the guidance scale w.",
    2: "Proportion improved and the mean of 1/p(c | x) on 8x8 digits, a stand-in for ImageNet: each digit, and all ten.",
    3: "The reward-guided sampler on Gaussian mixtures, beside no guidance and the exact tilted law.",
    4: "The reward-guided sampler on points of a Swiss roll: a reward that grows to the right.",
    5: "The reward-guided sampler on points of a Swiss roll: a reward that two arms share.",
}

_FILES = {"png": "image/png", "svg": "image/svg+xml", "html": "text/html", "json": "application/json", "csv": "text/csv"}


def page() -> None:
    """Choose, run, read."""
    number, quick = _choose()
    st.caption(f"{_WHAT[number]} Figure {number} of arXiv 2512.04985, made here; what is ours is said below it.")
    run = find(figure_key(number, quick))
    with st.container(horizontal=True, vertical_alignment="center"):
        _buttons(number, quick, run)
        slot = st.empty()
        if not run.complete:
            _say(slot, run, quick)
    if run.complete and run.raw is not None:
        _draw(PaperFigure.from_json(run.raw))
    if run.active and (job := run.job) is not None:
        follow(slot, lambda: _look(job))


def _choose() -> tuple[int, bool]:
    """The figure and its size, kept in the address."""
    asked = st.query_params.get("figure", "1")
    start = int(asked) if asked.isdecimal() and int(asked) in NUMBERS else 1
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number: int = st.segmented_control(
            "Figure", NUMBERS, default=start, key="figures.number", required=True
        )
        words = "Fewer steps and trials than the papers': seconds in place of a minute or two, with larger errors."
        quick: bool = st.toggle("Quick", value=st.query_params.get("size", "quick") == "quick", help=words, key="figures.quick")
    wanted = {"figure": str(number), "size": "quick" if quick else "full"}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    return number, quick


def _buttons(number: int, quick: bool, run: Found) -> None:
    def begin() -> None:
        run_again(run.key)
        pool().submit("curves", run.key, run_figure, number, quick, str(store().root))

    words = SAME if run.complete else None
    icon = ":material/play_arrow:"
    st.button("Run", type="primary", icon=icon, on_click=begin, disabled=run.active, help=words, key="figures.run")
    st.button("Stop", icon=":material/stop:", on_click=run.cancel, disabled=not run.active, key="figures.stop")


def _say(slot: Any, run: Found, quick: bool) -> None:
    """What is going on, in one line, where nothing runs."""
    if run.state is None:
        slot.info(f"Press Run. It takes {'some seconds' if quick else 'a minute or two'}.", icon=":material/info:")
    elif run.problem:
        slot.error(run.problem, icon=":material/error:")
    elif run.state == "cancelled":
        slot.warning("Stopped. Nothing is kept of a figure that is not finished.", icon=":material/stop_circle:")


def _look(job: Job) -> tuple[float, str] | None:
    """How far the figure is; None when it is there."""
    if job.finished:
        return None
    if job.state == "waiting":
        return 0.0, "Waiting for the run before this one"
    left = job.seconds_left
    return job.progress or 0.0, "Sampling" + (f": about {duration(left)} left" if left is not None else "")


# ---------------------------------------------------------------------- the figure
def _draw(figure: PaperFigure) -> None:
    """Picture, sentence, numbers and files."""
    palette = DARK if st.context.theme.type == "dark" else LIGHT
    st.subheader(figure.picture.title, anchor=False)
    for line, row in enumerate(figure.picture.rows):
        # On a narrow screen the row is scrolled sideways: panels stay side by side, as in the paper, and can be read.
        name, room = f".st-key-figures-row-{line}", min(WIDEST, row_width(row))
        st.html(f"<style>{name} {{ overflow-x: auto; }} {name} > * {{ min-width: {room}px; }}</style>")
        with st.container(key=f"figures.row.{line}"):
            chart = row_figure(row, palette, fixed_width=False)
            chart.layout.template = None  # the page's own theme
            st.plotly_chart(chart, config=_CONFIG, alt=alt_text(row))
    st.markdown(figure.sentence.replace("|", "\\|"))
    with st.container(horizontal=True):
        for ending, kind in _FILES.items():
            make = partial(CONTENTS[ending], figure)  # called when the button is pressed
            name, key = f"{figure.stem}.{ending}", f"figures.{ending}"
            st.download_button(ending.upper(), make, name, kind, icon=":material/download:", on_click="ignore", key=key)
    _table(figure)


def _table(figure: PaperFigure) -> None:
    """Every number but the bins of histograms, which are in the files."""
    rows = [
        {
            "run": value.run,
            "w": value.w,
            "quantity": value.quantity,
            "value": _shown(value),
            "step change": "-" if value.step_change is None else f"{value.step_change:.2g}",
            "": "exact" if value.kind == "exact" else "estimate, 95 % interval",
        }
        for value in figure.values
        if value.low is None
    ]
    with st.expander(f"The {len(rows)} numbers"):
        st.dataframe(rows, hide_index=True, key="figures.table")


def _shown(value: Value) -> str:
    if value.kind == "exact":
        return f"{value.value:.6g}"
    if value.interval_low is None:
        return interval(value.value, value.standard_error)
    return f"{value.value:.4g} ({value.interval_low:.4g} to {value.interval_high:.4g})"


def alt_text(row: tuple[Panel, ...]) -> str:
    """What a row of panels shows, in words."""
    said = []
    for panel in row:
        names = dict.fromkeys(mark.name for mark in panel.marks if mark.name)
        said.append(f"{panel.title} over {panel.x_title}: {', '.join(names)}")
    return f"{'. '.join(said)}. The numbers are in the table below and in the files."
