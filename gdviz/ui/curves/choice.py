"""What the Curves page runs, and how it shows it: remembered over pages, and in the address over reloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.experiment import MAX_PARTICLES, Experiment
from gdviz.figures.axes import Scale
from gdviz.number_text import parse_numbers
from gdviz.presets import load
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.number_list import remark_on_commas
from gdviz.ui.parts.page_memory import Memory, asked_number, page_memory
from gdviz.ui.parts.score_source import SOURCES, choose_source, own_source, with_source
from gdviz.ui.parts.subject import SCENE, asked_for, pick, write_address

PARTICLES = 10_000
FEWEST = 100


@dataclass(frozen=True)
class CurvesChoice:
    """Experiments to run, the first drawn solid and another one dashed, and a short name for their files."""

    experiments: tuple[Experiment, ...]
    name: str


@dataclass(frozen=True)
class View:
    """How the reader wants the curves."""

    scale: Scale
    paper_sign: bool


def choose() -> CurvesChoice | None:
    """The widgets that choose the Experiment; None, with one sentence on the page, while what they say is refused."""
    memory = _memory()
    row = st.container(horizontal=True)  # it wraps where the four do not fit beside each other
    picked, base = pick(memory, row, "curves.subject")
    texts = memory["w"]
    text = row.text_input(
        "Guidance scales w",
        texts.get(picked) or usual_w(base),
        key=f"curves.w.{picked}",
        help="Numbers between commas; w = 0 is no guidance, gamma = 1 + w is what other libraries print.",
    )
    texts[picked] = text
    count = row.number_input("Particles", FEWEST, MAX_PARTICLES, memory["particles"], step=1000, key="curves.particles")
    memory["particles"] = count
    own = own_source(base.model_dump(mode="json"))
    with row:
        source = choose_source(memory["source"] or own, f"curves.source.{own}", label=True)
    memory["source"] = None if source == own else source
    remark_on_commas(text)
    try:
        experiment = _experiment(base, text, count)
    except GdvizError as error:
        st.error(as_typed(_first_sentence(str(error))), icon=":material/error:")
        return None
    others = {} if source == own else {"score": source}
    write_address(picked, base, w=text.replace(" ", ""), particles=str(count), **others)
    sources: tuple[Literal["exact", "network"], ...] = ("network", "exact") if source == "both" else (source,)
    return CurvesChoice(tuple(with_source(experiment, one) for one in sources), "scene" if picked == SCENE else picked)


def usual(name: str) -> Experiment:
    """What the page offers to run when it is opened with a preset."""
    base = load(name).experiment
    return _experiment(base, usual_w(base), PARTICLES)


def usual_w(experiment: Experiment) -> str:
    """The Experiment's own w, no guidance, and two small ones that show the slope at 0 and start a logarithmic axis."""
    own = set(experiment.all_w)
    smallest = min((w for w in own if w > 0), default=1.0)
    return ", ".join(f"{w:g}" for w in sorted(own | {smallest / 25, smallest / 5}))


def _experiment(base: Experiment, w: str, particles: int) -> Experiment:
    return Experiment.parse({**base.model_dump(mode="json"), "w": parse_numbers(w), "particles": particles})


def how_shown() -> View:
    """The switches of the axes."""
    memory = _memory()
    with st.container(horizontal=True):
        axis = _switch("Horizontal axis", ["w", "gamma = 1 + w"], "axis", memory)
        spacing = _switch("Spacing", ["linear", "logarithmic"], "spacing", memory)
        sign = _switch("Sign", ["1/p", "−1/p (the paper's)"], "sign", memory)
    return View(Scale("w" if axis == "w" else "gamma", spacing == "logarithmic"), sign.startswith("−"))


def _switch(label: str, options: list[str], name: str, memory: Memory) -> str:
    start, key = memory.get(name, options[0]), f"curves.{name}"
    chosen = st.segmented_control(as_typed(label), options, default=start, key=key, required=True)
    memory[name] = chosen
    return chosen


# ---------------------------------------------------------------------- memory and address
def _memory() -> Memory:
    return page_memory("curves", _from_address)


def _from_address() -> Memory:
    asked, memory = st.query_params, {"w": {}, "source": None, **asked_for()}
    memory["particles"] = asked_number("particles", FEWEST, MAX_PARTICLES, PARTICLES)
    if "w" in asked and memory["subject"] is not None:
        memory["w"] = {memory["subject"]: asked["w"]}
    if asked.get("score") in SOURCES:
        memory["source"] = asked["score"]
    return memory


def _first_sentence(text: str) -> str:
    """The first refusal, when there are several: they are mended one by one."""
    head, separator, _ = text.partition(". ")
    return f"{head}." if separator else text
