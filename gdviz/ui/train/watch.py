"""One training as it goes: its numbers and its four figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from gdviz.figures import training as figures
from gdviz.palette import Palette
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import palette, show_figure
from gdviz.ui.parts.required_networks import duration
from gdviz.ui.train import data as train_data
from gdviz.ui.train.trainings import names_of_mine

if TYPE_CHECKING:
    from gdviz.checkpoints import Library, TrainingReport
    from gdviz.jobs.training import Training
    from gdviz.training import Task



def watch(training: Training, library: Library) -> None:
    """Everything that is known of a training."""
    task, report = training.task, training.report
    st.header(as_typed(names_of_mine().get(training.id) or task.title), anchor=False)
    st.caption(_learned_from(task))
    if report is None:
        st.info("Nothing to show yet: the first report comes with the first steps.", icon=":material/info:")
        return
    _numbers(report)
    if report.notice:
        st.warning(as_typed(report.notice), icon=":material/warning:")
    colours = palette()
    one, two = st.columns(2, gap="medium")
    with one:
        _loss(report, colours)
        _field(training, library, colours)
    with two:
        _error(report, colours)
        _samples(task, report, colours)
    _table(report)


def _learned_from(task: Task) -> str:
    if task.recipe.objective == "exact":
        return "Targets: the exact noise at each point. This **uses the known density** and is there for comparison."
    return "Data: samples of p(x), noised afresh at every step; no trajectory is simulated and no density is looked at."


def _numbers(report: TrainingReport) -> None:
    error = report.error_words or "not known"
    step, loss = f"{report.step:,} of {report.steps:,}", f"{report.ema_loss:.3g}"
    facts = [("Step", step), ("Loss, smoothed", loss), ("Score error", error)]
    if report.steps_per_second and report.id is None:
        facts.append(("Speed", f"{report.steps_per_second:.0f} steps/s"))
    facts.append(("Time spent", duration(report.seconds)))
    with st.container(horizontal=True, gap="large", key="train.numbers"):
        for name, value in facts:
            st.markdown(f"{as_typed(name)}  \n**{as_typed(value)}**")


# ---------------------------------------------------------------------- figures
def _loss(report: TrainingReport, palette: Palette) -> None:
    history = report.history.to_dict()
    first = next((value for value in history["ema_loss"] if value is not None), None)
    alt = f"Loss against steps, logarithmic. Smoothed: {_said(first)} at first, {_said(report.ema_loss)} at step {report.step}."
    figure = figures.loss_figure(history, report.steps, palette)
    _plot("loss", "Loss", "Of the batches, and the score error where it was looked at.", figure, alt)


def _error(report: TrainingReport, palette: Palette) -> None:
    title = "Score error by noise level"
    words = f"At step {report.assessed:,}. 0 is exact; 1 is the error of a network that says nothing."
    if len(report.by_part) > 1:
        words += f" Of its {len(report.by_part)} scores the one with the largest error at each level."
    if not report.by_level:
        return _nothing("error", title, "Comes with the first look at the network, or the exact score is unknown.")
    said = [f"{error:.2g} at log-SNR {level:.1f}" for level, error in report.by_level[:: max(1, len(report.by_level) // 3)]]
    alt = f"Score error by noise level at step {report.assessed}: {', '.join(said)}."
    _plot("error", title, words, figures.error_figure(report.by_level, palette), alt)
    return None


def _field(training: Training, library: Library, palette: Palette) -> None:
    title, report = "Learned and exact score", training.report
    assert report is not None
    st.header(as_typed(title), anchor=False)
    label, options = "Noise level of the field", list(train_data.LEVELS)
    picked = st.select_slider(label, options, key="train.level")
    level = train_data.LEVELS[picked]
    field = train_data.field(training.task.canonical(), report.saved, level, library)
    if field is None:
        st.caption(":material/info: Shown in one and two dimensions from the first saved state on; a classifier has no score.")
        return
    of = " of p(x)" if len(report.by_part) > 1 else ""
    words = f"At step {report.saved:,}, scaled by sqrt(t). Relative error{of} here: {100 * field.error:.1f} %."
    alt = (
        f"The learned score over the exact one, noise variance {level:g}, step {report.saved}; relative error {field.error:.2g}."
    )
    _plot("field", "", words, figures.field_figure(field, palette), alt)


def _table(report: TrainingReport) -> None:
    """The numbers behind the curves, at some twenty steps."""
    rows = report.history.rows
    some = dict.fromkeys([*rows[:: max(1, len(rows) // 20)], *rows[-1:]])
    with st.expander("Numbers"):
        left, right = st.columns(2, gap="medium")
        lines = [{"step": row.step, "loss, smoothed": row.ema_loss, "score error": row.score_error} for row in some]
        left.dataframe(lines, hide_index=True, key="train.table.loss")
        if report.by_level:
            levels = [{"log-SNR": level, "score error": error} for level, error in report.by_level]
            right.dataframe(levels, hide_index=True, key="train.table.error")


def _samples(task: Task, report: TrainingReport, palette: Palette) -> None:
    title = "Samples now, and the target"
    target = train_data.target_samples(task.canonical())
    if report.cloud is None or not len(report.cloud) or target is None or target.shape[1] > 2:
        return _nothing("samples", title, "Comes with the first look at the network; a classifier draws no samples.")
    far = np.abs(report.cloud).max() > 3 * np.abs(target).max()
    words = f"{len(report.cloud)} samples by DDIM at step {report.assessed:,}{'; some lie outside the picture' if far else ''}."
    apart = ", ".join(f"{a:.2f} and {b:.2f}" for a, b in zip(report.cloud.std(0), target.std(0), strict=True))
    alt = f"{len(report.cloud)} samples of the network over samples of the target. Spread of network and target: {apart}."
    _plot("samples", title, words, figures.samples_figure(report.cloud, target, palette), alt)
    return None


def _plot(key: str, title: str, words: str, figure: go.Figure, alt: str) -> None:
    if title:
        st.header(as_typed(title), anchor=False)
    st.caption(as_typed(words))
    with st.container(key=f"train.figure.{key}"):
        show_figure(figure, alt)


def _nothing(key: str, title: str, why: str) -> None:
    st.header(as_typed(title), anchor=False)
    with st.container(key=f"train.figure.{key}"):
        st.caption(f":material/info: {as_typed(why)}")


def _said(value: Any) -> str:
    return "unknown" if value is None else f"{value:.3g}"
