"""What the Curves page runs, and how it shows it: remembered over pages, and in the address over reloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.experiment import MAX_PARTICLES, Experiment
from gdviz.figures.axes import Scale
from gdviz.presets import DEFAULT, load, titles
from gdviz.ui.editor import parse_numbers
from gdviz.ui.explore import current_experiment
from gdviz.ui.link import from_link, to_link

PARTICLES = 10_000
FEWEST = 100

_SCENE = "__scene__"  # the entry that is no preset: an edited scene, from a link or from the Explore page
_MEMORY = "curves.memory"  # widgets forget what was chosen when their page is left


@dataclass(frozen=True)
class Choice:
    """An Experiment to run, and a short name for its files."""

    experiment: Experiment
    name: str


@dataclass(frozen=True)
class View:
    """How the reader wants the curves."""

    scale: Scale
    paper_sign: bool


def choose() -> Choice | None:
    """The widgets that choose the Experiment; None, with one sentence on the page, while what they say is refused."""
    memory = _memory()
    known, scene = titles(), _scene(memory)
    options = ([_SCENE] if scene is not None else []) + list(known)
    start = memory["subject"] if memory["subject"] in options else DEFAULT
    one, two, three = st.columns([4, 5, 2])
    picked = one.selectbox(
        "Experiment",
        options,
        index=options.index(start),
        format_func=lambda name: known.get(name, "The edited scene"),
        key="curves.subject",
    )
    memory["subject"] = picked
    base = scene if picked == _SCENE and scene is not None else load(picked).experiment
    texts = memory["w"]
    text = two.text_input(
        "Guidance scales w",
        texts.get(picked) or ", ".join(f"{w:g}" for w in usual_w(base)),
        key=f"curves.w.{picked}",
        help="Numbers between commas; w = 0 is no guidance, gamma = 1 + w is what other libraries print.",
    )
    texts[picked] = text
    count = three.number_input("Particles", FEWEST, MAX_PARTICLES, memory["particles"], step=1000, key="curves.particles")
    memory["particles"] = count
    try:
        experiment = Experiment.parse({**base.model_dump(mode="json"), "w": parse_numbers(text), "particles": count})
    except GdvizError as error:
        st.error(_first_sentence(str(error)), icon=":material/error:")
        return None
    _write_address(picked, base, text, count)
    return Choice(experiment, "scene" if picked == _SCENE else picked)


def usual_w(experiment: Experiment) -> list[float]:
    """The Experiment's own w, no guidance, and two small ones that show the slope at 0 and start a logarithmic axis."""
    own = set(experiment.all_w)
    smallest = min((w for w in own if w > 0), default=1.0)
    return sorted(own | {smallest / 25, smallest / 5})


def how_shown() -> View:
    """The switches of the axes."""
    memory = _memory()
    with st.container(horizontal=True):
        axis = _switch("Horizontal axis", ["w", "gamma = 1 + w"], "axis", memory)
        spacing = _switch("Spacing", ["linear", "logarithmic"], "spacing", memory)
        sign = _switch("Sign", ["1/p", "−1/p (the paper's)"], "sign", memory)
    return View(Scale("w" if axis == "w" else "gamma", spacing == "logarithmic"), sign.startswith("−"))


def _switch(label: str, options: list[str], name: str, memory: dict[str, Any]) -> str:
    chosen = st.segmented_control(label, options, default=memory.get(name, options[0]), key=f"curves.{name}", required=True)
    memory[name] = chosen
    return chosen


# ---------------------------------------------------------------------- memory and address
def _memory() -> dict[str, Any]:
    """What was chosen in this session; at first, what the address says."""
    if _MEMORY not in st.session_state:
        st.session_state[_MEMORY] = {"subject": None, "w": {}, "particles": PARTICLES, "link": None, **_from_address()}
    return st.session_state[_MEMORY]


def _from_address() -> dict[str, Any]:
    asked = st.query_params
    found: dict[str, Any] = {}
    if "scene" in asked:
        found["subject"], found["link"] = _SCENE, asked["scene"]
    elif asked.get("preset") in titles():
        found["subject"] = asked["preset"]
    elif "preset" in asked:
        st.warning(f"preset: found {asked['preset']!r}; allowed: {', '.join(titles())}.")
    if "w" in asked and "subject" in found:
        found["w"] = {found["subject"]: asked["w"]}
    if asked.get("particles", "").isdecimal() and len(asked["particles"]) < 9:
        found["particles"] = min(max(int(asked["particles"]), FEWEST), MAX_PARTICLES)
    return found


def _scene(memory: dict[str, Any]) -> Experiment | None:
    """The scene that is no preset: as edited on the Explore page in this session, else the address's."""
    here = current_experiment()
    if here is not None or memory["link"] is None:
        return here
    try:
        return Experiment.parse(from_link(memory["link"]))
    except GdvizError as error:
        memory["link"] = None
        st.warning(str(error))
        return None


def _write_address(picked: str, base: Experiment, text: str, count: int) -> None:
    subject = ("scene", to_link(base.model_dump(mode="json"))) if picked == _SCENE else ("preset", picked)
    wanted = dict([subject, ("w", text.replace(" ", "")), ("particles", str(count))])
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def _first_sentence(text: str) -> str:
    """The first refusal, when there are several: they are mended one by one."""
    head, found, _ = text.partition(". ")
    return f"{head}." if found else text
