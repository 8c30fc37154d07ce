"""What the figures of a training are drawn from, found once and kept."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from gdviz.checkpoints import Library
from gdviz.errors import GdvizError
from gdviz.figures.axes import Floats
from gdviz.figures.training import Field
from gdviz.laws import Law
from gdviz.networks import Checkpoint
from gdviz.training import Task, TrainingState, untrained
from gdviz.training.assess import law_of
from gdviz.training.problem import TrainingProblem

TARGET_SAMPLES = 600
ARROWS, POINTS = 19, 201
"""Points a side of the field's grid in two dimensions, and in one."""

LEVELS = {"little noise, t = 0.05": 0.05, "t = 0.3": 0.3, "t = 0.7": 0.7, "much noise, t = 0.95": 0.95}
"""Where the field is looked at."""


@st.cache_data(max_entries=64, show_spinner=False)
def effective_share(text: str) -> float:
    """(E r)^2 / E r^2 of a task (canonical JSON).

    Raises
    ------
    GdvizError
        If the task's parts do not fit each other.
    """
    return TrainingProblem.of(Task.from_json(text)).effective_share


@st.cache_data(max_entries=16, show_spinner=False)
def target_samples(text: str) -> Floats | None:
    """Samples of the law whose score a task learns, [n, d]; None where there is none to draw from."""
    try:
        law = _law(text)
        return law.sample(TARGET_SAMPLES, torch.Generator().manual_seed(0)).x.numpy().astype(np.float32)
    except GdvizError:
        return None


@st.cache_data(max_entries=32, show_spinner=False)
def field(text: str, step: int, t: float, _library: Library) -> Field | None:
    """The score that a task (canonical JSON) has learned by a step, beside the exact one.

    None in three dimensions and more, for a classifier, or while nothing is saved.
    """
    task = Task.from_json(text)
    networks = _networks(task, _library)
    if networks is None:
        return None
    try:
        law = _law(text)
    except GdvizError:
        return None
    if law.dimension > 2:
        return None
    x = _grid(law, t)  # [n, d]
    with torch.no_grad():
        learned = torch.stack([_noise(network, x, t) for network in networks]).sum(0)  # [n, d]
    exact = -(t**0.5) * law.score(x, t)  # [n, d]
    arrays = (x, learned, exact, law.log_density(x, t).exp())
    return Field(t, *(array.numpy().astype(np.float32) for array in arrays))


def _networks(task: Task, library: Library) -> list[Checkpoint] | None:
    """The network as far as it is saved, with the one that it adds to."""
    whole = library.find(task)
    if whole is None and (state := library.state(task)) is not None:
        whole = _so_far(task, state)
    base = None if task.base is None else library.find(task.base)
    if whole is None or whole.what in ("classifier", "weights") or (task.base is not None and base is None):
        return None
    return [whole] if base is None else [whole, base]


def _so_far(task: Task, state: TrainingState) -> Checkpoint:
    """The averaged weights in a saved state."""
    average = {name.removeprefix("average."): value for name, value in state.tensors.items() if name.startswith("average.")}
    return Checkpoint(average, untrained(task).about)


def _noise(checkpoint: Checkpoint, x: torch.Tensor, t: float) -> torch.Tensor:
    """Noise predictions without a label, [n, d]."""
    rows = x.float()
    return checkpoint.denoiser(rows, torch.full((len(rows),), t), torch.full((len(rows),), checkpoint.denoiser.null)).double()


def _grid(law: Law, t: float) -> torch.Tensor:
    """Points that cover the noised law, [n, d]."""
    low, high = ((1 - t) ** 0.5 * corner for corner in law.box(1e-2))  # [d], [d]
    air = 2 * t**0.5 + 0.1 * (high - low)
    points = ARROWS if law.dimension == 2 else POINTS
    sides = [torch.linspace(float(a), float(b), points) for a, b in zip(low - air, high + air, strict=True)]
    return torch.stack(torch.meshgrid(*sides, indexing="xy"), -1).reshape(-1, law.dimension).double()


@st.cache_resource(max_entries=4, show_spinner=False)
def _law(text: str) -> Law:
    """The law of a task; a tilted one may take a second or two, and is needed often."""
    return law_of(Task.from_json(text))
