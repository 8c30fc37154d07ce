"""The Figures page: run a figure of the papers, look at it, take it away."""

from __future__ import annotations

from functools import partial

import streamlit as st

from gdviz.papers.files import CONTENTS
from gdviz.papers.interactive import row_figure, row_width
from gdviz.papers.make import NUMBERS
from gdviz.papers.paper_figure import PaperFigure, Value
from gdviz.papers.picture import Panel
from gdviz.studies.paper_figures import PaperFigures
from gdviz.tables import interval
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import palette, show_figure
from gdviz.ui.parts.page_memory import whole_number
from gdviz.ui.parts.run_controls import RunWords, show_controls
from gdviz.ui.parts.runs import find_run

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
    st.caption(f"{_WHAT[number]} Figure {number:d} of arXiv 2512.04985, made here; what is ours is said below it.")
    run = find_run(PaperFigures(number, quick))
    words = RunWords(
        f"Press Run. It takes {'some seconds' if quick else 'a minute or two'}.",
        running=lambda run: "Sampling",
        stopped=lambda run: "Stopped. Nothing is kept of a figure that is not finished.",
    )
    watched = show_controls([run], words, "figures")
    if run.answer is not None:
        _draw(run.answer)
    watched.wait()


def _choose() -> tuple[int, bool]:
    """The figure and its size, kept in the address."""
    asked = st.query_params.get("figure", "1")
    start = next((known for known in NUMBERS if known == whole_number(asked)), 1)
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


# ---------------------------------------------------------------------- the figure
def _draw(figure: PaperFigure) -> None:
    """Picture, sentence, numbers and files."""
    st.header(as_typed(figure.picture.title), anchor=False)
    for line, row in enumerate(figure.picture.rows):
        # On a narrow screen the row is scrolled sideways: panels stay side by side, as in the paper, and can be read.
        name, room = f".st-key-figures-row-{line}", min(WIDEST, row_width(row))
        st.html(f"<style>{name} {{ overflow-x: auto; }} {name} > * {{ min-width: {room}px; }}</style>")
        with st.container(key=f"figures.row.{line}"):
            chart = row_figure(row, palette(), fixed_width=False)
            chart.layout.template = None  # the page's own theme
            show_figure(chart, alt_text(row))
    st.markdown(as_typed(figure.sentence))
    with st.container(horizontal=True):
        for ending, kind in _FILES.items():
            make = partial(CONTENTS[ending], figure)  # called when the button is pressed
            name, key = f"{figure.stem}.{ending}", f"figures.{ending}"
            st.download_button(as_typed(ending.upper()), make, name, kind, icon=":material/download:", on_click="ignore", key=key)
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
