"""What the page of learned weights is about: a target, how well its denoiser is trained, and the loss of the weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from gdviz.family import shown
from gdviz.studies.weights.subjects import (
    DENOISERS,
    EXACT,
    LOSSES,
    PAPERS,
    PARTICLES,
    PATH,
    SEEDS,
    TITLES,
    usual_steps,
)
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.page_memory import Memory, page_memory, whole_number

_LIMITS = {"particles": (100, 20_000), "seeds": (1, 5), "steps": (10, 5000)}
_WORDS = {
    PAPERS: "self-consistency, as in the paper",
    PATH: "self-consistency along the sampler's path",
    "repulsion-0.5": "self-consistency, repulsion 0.5",
    "l2": "l2: beta 2, repulsion 0, no churn",
    "score-matching": "guided score matching",
}
_HELP = {
    "denoiser": "Optimiser steps of the network whose scores are guided; exact: the scores of the law itself.",
    "loss": "What the weights are fitted to. What did not come with the program is trained here when asked for.",
    "particles": "Of each class and method; a search has half as many.",
    "seeds": "Networks, each with weights of its own.",
    "steps": "Optimiser steps of the weights.",
}


@dataclass(frozen=True)
class WeightsChoice:
    """What the page shows.

    Attributes
    ----------
    target, denoiser, loss : str
        Names in `gdviz.studies.weights.subjects`.
    particles, seeds, steps : int
    """

    target: str
    denoiser: str
    loss: str
    particles: int
    seeds: int
    steps: int

    @property
    def title(self) -> str:
        """Target and denoiser in words."""
        return f"{TITLES[self.target]}, {self.phrase}"

    @property
    def phrase(self) -> str:
        """The denoiser in words."""
        return "exact scores" if self.denoiser == EXACT else f"a denoiser of {int(self.denoiser):,} steps"


def choose() -> WeightsChoice:
    """The widgets; the choice goes into the address."""
    memory = page_memory("weights", _from_address)
    one, two, three = st.columns([3, 4, 3], gap="medium")
    target = _select(one, "Target", list(TITLES), memory, "target", TITLES)
    names = {name: "exact" if name == EXACT else f"{int(name):,}" for name in DENOISERS}
    memory["denoiser"] = two.select_slider(
        "How long the denoiser is trained, steps",
        list(DENOISERS),
        memory["denoiser"],
        format_func=names.__getitem__,
        key="weights.denoiser",
        help=_HELP["denoiser"],
    )
    before = memory["loss"]
    loss = _select(three, "Loss of the weights", list(LOSSES), memory, "loss", _WORDS)
    if loss != before and memory["steps"] == usual_steps(before):
        memory["steps"] = usual_steps(loss)
    with st.expander("Particles, seeds, steps", icon=":material/tune:"):
        for place, (name, label) in zip(
            st.columns(3), (("particles", "Particles"), ("seeds", "Seeds"), ("steps", "Weight steps")), strict=True
        ):
            (low, high), step = _LIMITS[name], 1 if name == "seeds" else 100
            memory[name] = place.number_input(
                as_typed(label), low, high, memory[name], step=step, key=_key(name, loss), help=_HELP[name]
            )
    _write_address(memory)
    return WeightsChoice(target, memory["denoiser"], loss, memory["particles"], memory["seeds"], memory["steps"])


def _select(place: Any, label: str, options: Sequence[str], memory: Memory, name: str, words: Any) -> str:
    start = options.index(memory[name]) if memory[name] in options else 0
    key, help = f"weights.{name}", _HELP.get(name)
    memory[name] = place.selectbox(as_typed(label), options, index=start, format_func=words.__getitem__, key=key, help=help)
    picked: str = memory[name]
    return picked


def _key(name: str, loss: str) -> str:
    """Of a widget; the steps' own for each loss, for another loss has another number of them."""
    return f"weights.steps.{loss}" if name == "steps" else f"weights.{name}"


def _from_address() -> Memory:
    """What the address says, with a warning for what it must not say."""
    usual = {"target": "rings", "denoiser": DENOISERS[0], "loss": PAPERS}
    memory: Memory = {**usual, "particles": PARTICLES, "seeds": SEEDS, "steps": 0}
    for name, known in (("target", TITLES), ("denoiser", DENOISERS), ("loss", LOSSES)):
        asked = st.query_params.get(name)
        if asked in known:
            memory[name] = asked
        elif asked is not None:
            st.warning(as_typed(f"{name}: found {shown(asked)}; allowed: {', '.join(known)}."))
    for name, (low, high) in _LIMITS.items():
        asked = st.query_params.get(name, "")
        number = whole_number(asked)
        if number is not None and low <= number <= high:
            memory[name] = number
        elif asked:
            st.warning(as_typed(f"{name}: found {shown(asked)}; allowed: whole numbers from {low} to {high:,}."))
    memory["steps"] = memory["steps"] or usual_steps(memory["loss"])
    return memory


def _write_address(memory: Memory) -> None:
    wanted = {name: str(memory[name]) for name in ("target", "denoiser", "loss", "particles", "seeds", "steps")}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
