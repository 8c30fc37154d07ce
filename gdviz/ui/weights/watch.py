"""The weights as they form: a live training, or the one that came with the program, as curves and as a map."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gdviz.checkpoints import Library
from gdviz.figures import weights as figures
from gdviz.networks import Checkpoint
from gdviz.studies.weights.learned import FLOW_TIMES, SHOWN_STEPS, Curves, WeightMap, curves, maps, step_name
from gdviz.theory.weights import l2_weight
from gdviz.training import Task, untrained
from gdviz.ui.parts.charts import palette
from gdviz.ui.weights.choice import WeightsChoice
from gdviz.ui.weights.results import chart

if TYPE_CHECKING:
    from gdviz.studies.weights.learned import LearnedAnswer

Form = tuple[int, Curves]
Rows = NDArray[np.float64]

TASKS, FORMS = 8, 40
"""Trainings whose forms a server remembers, and how many of each."""


@dataclass
class Forms:
    """The forms that weights were seen in while they were trained here, newest last."""

    seen: OrderedDict[str, list[Form]] = field(default_factory=OrderedDict)

    def of(self, task: Task, library: Library) -> list[Form]:
        """All that were seen of a training, with the one it has now."""
        known = self.seen.setdefault(task.id, [])
        now = saved_weights(task, library)
        if now is None:
            known.clear()  # removed, or never begun
            return known
        step = int(now.about["steps"])
        if not known:
            first = untrained(task)
            known.append((0, curves(first.weights, len(first.labels))))
        if step > known[-1][0]:
            known.append((step, curves(now.weights, len(now.labels))))
            if len(known) > FORMS:
                del known[1::2]
        while len(self.seen) > TASKS:
            self.seen.popitem(last=False)
        return known


@st.cache_resource
def forms() -> Forms:
    """Of this server: a page that is loaded again finds what was seen before."""
    return Forms()


def saved_weights(task: Task, library: Library) -> Checkpoint | None:
    """The weights of a training as far as they are saved; None before that."""
    if (whole := library.find(task)) is not None:
        return whole
    state = library.state(task)
    if state is None:
        return None
    average = {name.removeprefix("average."): value for name, value in state.tensors.items() if name.startswith("average.")}
    return Checkpoint(average, {**untrained(task).about, "steps": int(state.numbers["step"])})


def show_forming(choice: WeightsChoice, answer: LearnedAnswer | None, task: Task, library: Library) -> None:
    """Curves over flow time and the map over (s, t): of the training here if there is one, else of the shipped answer."""
    here = forms().of(task, library)
    if not here and answer is None:
        st.caption(":material/info: Curves appear here a second after the training of the weights begins.")
        return
    labels = tuple(task.target.build().labels) if answer is None else answer.labels
    st.header("How the weights form", anchor=False)
    options = [step_name(step) for step in SHOWN_STEPS]
    words = {options[0]: "0.01, as in sampling", options[1]: "0.1, the shortest in training"}
    usual = options[1] if choice.loss == "l2" else options[0]  # the closed form holds for the steps of training
    picked = st.segmented_control(
        "Length of the step t − s",
        options,
        default=usual,
        format_func=words.__getitem__,
        key=f"weights.step.{usual}",
        required=True,
    )
    step = picked or usual
    shown, whence = _forms(here, answer, step, task)
    closed, shares = _closed_form(choice, answer, float(step))
    pushes = None if answer is None else answer.pushes
    left, right = st.columns([3, 2], gap="medium")
    with left:
        figure = figures.curves_figure(FLOW_TIMES, shown, labels, pushes, closed, shares, palette())
        more = " The slider goes back along the training." if len(shown) > 1 else ""
        title = f"omega(t − {step}, t), a curve a class"
        beyond = _BEYOND if closed is not None and step == options[0] else ""
        chart("forming", title, f"{whence}{more} {beyond}{_QUIET}", figure, _curves_alt(shown, labels, step))
    with right:
        table = answer.map if answer is not None and not here else _map_here(task, library, len(labels))
        if table is not None:
            figure = figures.map_figure(table, labels, FLOW_TIMES, pushes, palette())
            said = "All steps from t down to s. Below the dotted line lie the steps of training; sampling takes shorter ones."
            chart("map", "omega(s, t)", said, figure, _map_alt(table, labels))
    with st.expander("Numbers"):
        named = {f"omega, {label}": row for label, row in zip(labels, shown[-1][1], strict=True)}
        st.dataframe({"t": FLOW_TIMES, **named}, hide_index=True, key="weights.table.forming")


_QUIET = (
    f"Shaded: conditional and unconditional noise predictions differ by less than {100 * figures.QUIET:g} % of a noise "
    "(root mean square, every class), so the weight multiplies next to nothing and is not identified."
)


_BEYOND = "Training has seen no step as short as this: the closed form does not bind the network here. "


def _forms(here: list[Form], answer: LearnedAnswer | None, step: str, task: Task) -> tuple[list[tuple[int, Rows]], str]:
    """The forms to show, and where they come from."""
    if here:
        return [(at, form[step]) for at, form in here], f"Trained here: step {here[-1][0]:,} of {task.steps:,}."
    assert answer is not None
    history = answer.history
    if history is None:
        return [(task.steps, answer.curves[step])], f"After {task.steps:,} steps."
    pairs = zip(history.steps, history.curves, strict=True)
    return [(at, form[step]) for at, form in pairs], "The training that came with the program, seed 0."


def _closed_form(
    choice: WeightsChoice, answer: LearnedAnswer | None, step: float
) -> tuple[list[float | None] | None, tuple[float, ...] | None]:
    """The class average that l2 with exact scores asks for, where that is what is trained."""
    if choice.loss != "l2" or answer is None:
        return None, None
    return [l2_weight(t - step, t) if t > step else None for t in FLOW_TIMES], answer.shares


def _map_here(task: Task, library: Library, labels: int) -> WeightMap | None:
    now = saved_weights(task, library)
    return None if now is None else _map(task.id, int(now.about["steps"]), labels, now)


@st.cache_data(max_entries=16, show_spinner=False)
def _map(id: str, step: int, labels: int, _checkpoint: Checkpoint) -> WeightMap:
    return maps(_checkpoint.weights, labels)


def _curves_alt(shown: list[tuple[int, Rows]], labels: Sequence[str], step: str) -> str:
    at, rows = shown[-1]
    said = []
    for label, row in zip(labels, rows, strict=True):
        known = [(t, value) for t, value in zip(FLOW_TIMES, row, strict=True) if value == value]
        top = max(known, key=lambda pair: pair[1])
        said.append(f"class {label}: largest {top[1]:.2f} at t = {top[0]:g}")
    return f"Learned weights over flow time for steps of {step}, after {at} optimiser steps. {'; '.join(said)}."


def _map_alt(table: WeightMap, labels: Sequence[str]) -> str:
    tops = np.nanmax(table.omega, axis=(1, 2))  # [C]
    said = ", ".join(f"class {label} up to {top:.2f}" for label, top in zip(labels, tops, strict=True))
    return f"Heat map of learned weights over the ends s and t of a step: {said}."
