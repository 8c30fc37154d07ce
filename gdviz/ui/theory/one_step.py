"""One step in slow motion: where the particle is, what pulls at it, and where it goes."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
import torch

from gdviz.checkpoints import build_trained
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.tables import interval
from gdviz.theory.one_step import OneStep, Vector, one_step
from gdviz.theory.subject import Subject
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import palette
from gdviz.ui.theory.pad import show_pad

STEPS = 12
"""Steps of the whole run: so few that one of them can be seen."""

MIDDLE = 6
CELLS, POINTS = 44, 160
"""Points of the density, a side in the plane and on a line."""

NEAR = 1.5
"""Half the width of the near view; its middle is a multiple of GRID, so that it holds still while the particle moves a little."""

GRID = 0.5

HEIGHTS = (0.86, 0.62, 0.38)
"""Of the arrows above the density on a line."""

_KEY = "theory.step"


@st.cache_resource(max_entries=8)
def _subject(text: str) -> Subject:
    experiment = Experiment.from_json(text)
    sampler = experiment.sampler.model_copy(update={"steps": STEPS})
    built = build_trained(experiment.model_copy(update={"sampler": sampler}))
    return Subject.of_plan(built.plan, built.sampler, built.levels)


def slow_motion(experiment: Experiment) -> None:
    """The pad, its controls, and what the step does."""
    try:
        subject = _subject(experiment.canonical())
    except GdvizError as error:
        st.error(as_typed(str(error)), icon=":material/error:")
        return
    if subject.plan.unguided.dimension > 2:
        st.info(f"One step is drawn on a line or in the plane; this law has {subject.plan.unguided.dimension:d} dimensions.")
        return
    ranges = _ranges(subject)
    w, index = _controls(subject, ranges)
    x = np.array([st.session_state[f"{_KEY}.x{k}"] for k in range(len(ranges))])
    z = np.random.default_rng(st.session_state[f"{_KEY}.seed"]).standard_normal(len(x))
    try:
        step = one_step(subject, w, index, x, z)
        still = one_step(subject, 0.0, index, x, z)
    except GdvizError as error:
        st.error(as_typed(str(error)), icon=":material/error:")
        return
    _buttons(step, index, ranges)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        window = _window(x, ranges) if st.session_state[f"{_KEY}.near"] else ranges
        show_pad(_drawing(subject, step, window), palette(), lambda point: _move(point, ranges), f"{_KEY}.pad")
        st.caption(
            "Ring: the particle. Solid arrows: blue the score's part, orange guidance. Dashed grey: noise. Dot: the next "
            "point. Shaded: the density of the unguided law at this noise level."
        )
    with right:
        _told(subject, step, still, w)


# ---------------------------------------------------------------------- controls
def _controls(subject: Subject, ranges: list[tuple[float, float]]) -> tuple[float, int]:
    """w and the number of the step; the particle's place stays in the session."""
    for name, value in {"x0": 0.5, "x1": 0.5, "level": MIDDLE, "w": 2.0, "seed": 1, "near": True}.items():
        st.session_state.setdefault(f"{_KEY}.{name}", value)
    for k, (low, high) in enumerate(ranges):
        st.session_state[f"{_KEY}.x{k}"] = float(np.clip(st.session_state[f"{_KEY}.x{k}"], low, high))
    places = st.columns([3, 3, *[1.5] * len(ranges)])
    w = places[0].slider("Guidance scale w", 0.0, 10.0, step=0.1, key=f"{_KEY}.w", help="w = 0 is no guidance; gamma = 1 + w.")
    index = places[1].slider(f"Step of {STEPS} (noise first)", 0, STEPS - 1, key=f"{_KEY}.level")
    for k, (place, (low, high)) in enumerate(zip(places[2:], ranges, strict=True)):
        place.number_input("xy"[k], low, high, step=0.1, format="%.2f", key=f"{_KEY}.x{k}")
    return float(w), int(index)


def _buttons(step: OneStep, index: int, ranges: list[tuple[float, float]]) -> None:
    state = st.session_state

    def renew() -> None:
        state[f"{_KEY}.seed"] += 1

    def take() -> None:
        _move(step.after.tolist(), ranges)
        state[f"{_KEY}.level"] = min(index + 1, STEPS - 1)
        renew()

    def again() -> None:
        state[f"{_KEY}.level"] = 0
        renew()
        _move(np.random.default_rng(state[f"{_KEY}.seed"]).standard_normal(len(ranges)).tolist(), ranges)

    with st.container(horizontal=True):
        st.button("Take the step", icon=":material/step:", on_click=take, disabled=index == STEPS - 1, key=f"{_KEY}.take")
        st.button("Other noise", icon=":material/casino:", on_click=renew, key=f"{_KEY}.renew")
        st.button("From the start", icon=":material/replay:", on_click=again, key=f"{_KEY}.again")
        st.toggle("Near view", key=f"{_KEY}.near")


def _move(point: list[float], ranges: list[tuple[float, float]]) -> None:
    for k, (value, (low, high)) in enumerate(zip(point, ranges, strict=True)):
        st.session_state[f"{_KEY}.x{k}"] = float(np.clip(value, low, high))


# ---------------------------------------------------------------------- picture
def _ranges(subject: Subject) -> list[tuple[float, float]]:
    """Fixed axes: where the noise is and where the guiding laws are."""
    laws = [law for law in (subject.plan.unguided, subject.plan.toward, subject.plan.away) if law is not None]
    corners = [law.box(1e-2) for law in laws]
    low, high = torch.stack([a for a, _ in corners]).amin(0), torch.stack([b for _, b in corners]).amax(0)
    return [(round(min(-3.0, a - 0.5), 1), round(max(3.0, b + 0.5), 1)) for a, b in zip(low.tolist(), high.tolist(), strict=True)]


def _window(x: Vector, ranges: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """What is seen of the axes around the particle, never beyond their ends."""
    windows = []
    for value, (low, high) in zip(x, ranges, strict=True):
        middle = float(np.clip(round(float(value) / GRID) * GRID, low + NEAR, high - NEAR))
        windows.append((middle - NEAR, middle + NEAR))
    return windows


def _drawing(subject: Subject, step: OneStep, ranges: list[tuple[float, float]]) -> dict[str, Any]:
    plane, stops = len(ranges) == 2, [step.x, step.x + step.by_score, step.x + step.by_score + step.by_guidance, step.after]

    def point(x: Vector, height: float) -> list[float]:
        return x.tolist() if plane else [float(x[0]), height]

    named = zip(("score", "guidance", "noise"), stops[:-1], stops[1:], HEIGHTS, strict=True)
    parts = [
        {"kind": kind, "from": point(a, height), "to": point(b, height), "text": f"{kind}: {_numbers(b - a)}"}
        for kind, a, b, height in named
    ]
    return {
        "plane": plane,
        "ranges": ranges if plane else [*ranges, (0.0, 1.0)],
        "density": _density(subject, step.moment.t, ranges),
        "parts": parts,
        "point": point(step.x, HEIGHTS[0]),
        "next": {"at": point(step.after, HEIGHTS[-1]), "text": f"next point: {_numbers(step.after)}"},
        "label": f"One step from {_numbers(step.x)} to {_numbers(step.after)}; the table beside it holds its parts.",
    }


def _density(subject: Subject, t: float, ranges: list[tuple[float, float]]) -> list[Any]:
    """Of the unguided law at this noise level, scaled to 1."""
    count = CELLS if len(ranges) == 2 else POINTS
    axes = [torch.linspace(low, high, count, dtype=torch.float64) for low, high in ranges]
    points = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1)  # [n, .., d]
    log_density = subject.plan.unguided.log_density(points, t)
    return ((log_density - log_density.max()).exp() * (1 if len(ranges) == 2 else 0.3)).round(decimals=3).tolist()


def _numbers(x: Vector) -> str:
    return "(" + ", ".join(f"{value:.2f}" for value in x) + ")"


# ---------------------------------------------------------------------- words
def _told(subject: Subject, step: OneStep, still: OneStep, w: float) -> None:
    reward = subject.plan.reward_title
    f = reward if subject.sign > 0 else f"1 / {reward}"
    moment = step.moment
    snr = np.log(moment.alpha_bar / moment.t)
    st.markdown(f"**log-SNR {snr:.2f}**, noise variance {moment.t:.3g} → {moment.t_next:.3g}")
    with st.container(key="theory.step.said"):
        st.markdown(
            f"The expected {as_typed(f)} is **{step.before_f:.4g}** at the particle and **{step.after_f:.4g}** at the next "
            "point. "
            f"Averaged over the noise the step leads to {interval(*step.average_f)} (w = {w:g}) and {interval(*still.average_f)} "
            f"without guidance, where a small step would keep {step.before_f:.4g}. The identity's share of this step: "
            f"{step.expected_change:+.3g}."
        )
    lines = [
        {"part": name, **{"xy"[k]: f"{value:+.3f}" for k, value in enumerate(part)}}
        for name, part in (
            ("particle", step.x),
            ("score", step.by_score),
            ("guidance", step.by_guidance),
            ("noise", step.by_noise),
            ("next point", step.after),
        )
    ]
    st.dataframe(lines, hide_index=True, key="theory.step.table")
