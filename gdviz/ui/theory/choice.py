"""What the Theory page looks at: a topic, one Experiment, guidance scales; remembered, and in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.number_text import parse_numbers
from gdviz.presets import DEFAULT, load, titles
from gdviz.scores.exact import Exact
from gdviz.studies.robustness import why_not
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.number_list import remark_on_commas
from gdviz.ui.parts.page_memory import Memory, asked_number, page_memory
from gdviz.ui.parts.subject import asked_for, pick, write_address
from gdviz.ui.robustness.choice import suited

PARTICLES, FEWEST, MOST = 4000, 100, 100_000
W, LARGEST_W = "0, 0.5, 1, 2, 5", 1e3
FINEST = 800
"""Steps of the finest run where step sizes are compared."""

MOST_W = 8
"""Curves in one picture."""

TOPICS = {
    "along": "The martingale, and where the gain is made",
    "slope": "Slope and divergence",
    "tails": "Heavy tails",
    "steps": "Step size",
    "winners": "Winners and losers",
    "step": "One step",
}
SHORT = {
    "along": "Martingale",
    "slope": "Slope and KL",
    "tails": "Heavy tails",
    "steps": "Step size",
    "winners": "Winners and losers",
    "step": "One step",
}


@dataclass(frozen=True)
class TheoryChoice:
    """What is looked at, and a short name for files."""

    topic: str
    experiment: Experiment
    name: str


def choose() -> TheoryChoice | None:
    """The widgets; None, with one sentence on the page, while what they say is refused."""
    memory = page_memory("theory", _from_address)
    topic = st.segmented_control(
        "Topic", list(TOPICS), default=memory["topic"], format_func=SHORT.__getitem__, key="theory.topic", required=True
    )
    memory["topic"] = topic
    if memory["subject"] in titles() and memory["subject"] not in suited():  # from the address
        memory["refused"] = memory["subject"]
    said = st.empty()
    one, two, three = st.columns([4, 4, 2])
    if topic == "slope":  # about random mixtures: what was picked is only remembered
        picked = memory["subject"] if memory["subject"] in suited() else DEFAULT
        base = load(picked).experiment
    else:
        picked, base = pick(memory, one, "theory.subject", suited())
    if memory["refused"] is not None and picked == DEFAULT:  # until the reader has picked another one
        said.info(as_typed(f"{why_not(load(memory['refused']).experiment)} Here is another experiment."), icon=":material/info:")
    _scales(memory, topic, two)
    if topic != "step":
        memory["particles"] = three.number_input(
            "Particles", FEWEST, MOST, memory["particles"], step=1000, key="theory.particles"
        )
    problem = why_not(base)
    if problem is not None:
        st.info(as_typed(problem), icon=":material/info:")
        return None
    if topic in ("along", "steps", "winners"):
        remark_on_commas(memory["w"])
    try:
        experiment = _experiment(base, memory, topic)
    except GdvizError as error:
        st.error(as_typed(str(error)), icon=":material/error:")
        return None
    others = {name: str(memory[name]).replace(" ", "") for name in ("topic", "w", "particles")}
    write_address(picked, base, **others)
    return TheoryChoice(topic, experiment, "scene" if picked.startswith("_") else picked)


def usual(topic: str, name: str = DEFAULT) -> Experiment:
    """What a topic is about when the page is opened with a preset.

    Raises
    ------
    GdvizError
        If the theorem does not apply to it.
    """
    return _experiment(load(name).experiment, {"w": W, "particles": PARTICLES}, topic)


def _scales(memory: Memory, topic: str, place: Any) -> None:
    words = "w = 0 is no guidance; gamma = 1 + w is what other libraries print."
    if topic == "winners":
        words = f"The largest one is held against w = 0. {words}"
    if topic in ("along", "steps", "winners"):
        memory["w"] = place.text_input("Guidance scales w", memory["w"], key="theory.w", help=as_typed(words))


def _experiment(base: Experiment, memory: Memory, topic: str) -> Experiment:
    w = parse_numbers(memory["w"])
    for value in w:
        if not isinstance(value, float) or not 0 <= value <= LARGEST_W:
            raise GdvizError(f"w: found {str(value)[:40]!r}; numbers from 0 to {LARGEST_W:g} are allowed, between commas.")
    if len(w) > MOST_W:
        raise GdvizError(f"w: found {len(w)} of them; at most {MOST_W} are allowed.")
    described = {**base.model_dump(mode="json"), "w": sorted(w), "particles": memory["particles"]}
    experiment = Experiment.parse(described).model_copy(update={"score": Exact(), "measure": None})
    if topic == "steps":
        experiment = experiment.model_copy(update={"sampler": experiment.sampler.model_copy(update={"steps": FINEST})})
    if topic == "winners":
        if max(experiment.w) == 0:
            raise GdvizError("w: found 0 alone; winners and losers need a w above it.")
        experiment = experiment.model_copy(update={"w": (max(experiment.w),)})
    return experiment


def _from_address() -> Memory:
    asked = st.query_params
    topic = asked["topic"] if asked.get("topic") in TOPICS else "along"
    particles = asked_number("particles", FEWEST, MOST, PARTICLES)
    return {"topic": topic, "w": asked.get("w", W), "particles": particles, "refused": None, **asked_for()}
