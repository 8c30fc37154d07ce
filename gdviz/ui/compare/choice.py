"""What is compared: a scene, methods, and what each may spend."""

from __future__ import annotations

from functools import cache

import streamlit as st

from gdviz.comparison.methods import METHODS, POPULATION, methods_for, takes_of
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.number_text import parse_numbers
from gdviz.presets import load, titles
from gdviz.studies.comparison import FEWEST_PARTICLES, MOST_METHODS, MOST_PARTICLES, MOST_SEEDS, Comparison
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.page_memory import Memory, asked_number, page_memory
from gdviz.ui.parts.subject import asked_for, pick, write_address

USUAL = {
    "reward": ("none", "reward", "exact", "look_ahead", "best_of_n", "importance", "fk", "tds"),
    "label": ("none", "cfg", "flow", "exact", "rescale", "importance", "fkc", "cfgig"),
}
"""What is compared at first, by what guides."""

W, EVALUATIONS, PARTICLES, SEEDS = 1.0, "64, 128, 256", 1024, 5


def choose() -> Comparison | None:
    """The widgets; None, with one sentence on the page, while what they say is refused."""
    memory = page_memory("compare", _from_address)
    one, two, three, four, five = st.columns([4, 2, 3, 2, 2])
    picked, base = pick(memory, one, "compare.subject", suited())
    memory["w"] = two.number_input("Guidance scale w", -1.0, 100.0, memory["w"], step=0.5, key="compare.w")
    memory["evaluations"] = three.text_input(
        "Network evaluations a sample",
        memory["evaluations"],
        key="compare.evaluations",
        help="Up to four budgets, commas between.",
    )
    memory["particles"] = four.number_input(
        "Samples", FEWEST_PARTICLES, MOST_PARTICLES, memory["particles"], step=POPULATION, key="compare.particles"
    )
    memory["seeds"] = five.number_input("Seeds", 2, MOST_SEEDS, memory["seeds"], key="compare.seeds")
    try:
        fitting = [method.name for method in methods_for(base)]
        chosen = _methods(memory, takes_of(base), fitting)
        budgets = tuple(_whole(value) for value in parse_numbers(memory["evaluations"]))
        plain = Experiment.parse({**base.model_dump(mode="json"), "measure": None, "particles": FEWEST_PARTICLES})
        study = Comparison(plain, tuple(chosen), memory["w"], budgets, memory["particles"], memory["seeds"])
        study.check()
    except GdvizError as error:
        st.error(as_typed(str(error)), icon=":material/error:")
        return None
    others = {name: str(memory[name]).replace(" ", "") for name in ("w", "evaluations", "particles", "seeds")}
    write_address(picked, base, **others, methods=",".join(chosen))
    return study


def _methods(memory: Memory, takes: str, fitting: list[str]) -> list[str]:
    start = [name for name in memory["methods"] if name in fitting] or list(USUAL[takes])
    chosen: list[str] = st.multiselect(
        "Methods",
        fitting,
        start,
        format_func=lambda name: METHODS[name].title,
        max_selections=MOST_METHODS,
        key=f"compare.methods.{takes}",
    )
    memory["methods"] = chosen
    return chosen


@cache
def suited() -> dict[str, str]:
    """The presets with a goal, by name."""
    return {name: title for name, title in titles().items() if _has_goal(load(name).experiment)}


def _has_goal(experiment: Experiment) -> bool:
    return experiment.guidance.kind_name() in ("cfg", "reward") and experiment.target.shown_at is None


def _whole(value: object) -> int:
    if not isinstance(value, float) or value != int(value):
        raise GdvizError(f"evaluations: found {str(value)[:40]!r}; whole numbers are allowed, commas between.")
    return int(value)


def _from_address() -> Memory:
    asked = st.query_params
    methods = [name for name in asked.get("methods", "").split(",") if name in METHODS]
    try:
        w = min(100.0, max(-1.0, float(asked.get("w", W))))
    except ValueError:
        w = W
    particles = asked_number("particles", FEWEST_PARTICLES, MOST_PARTICLES, PARTICLES) // POPULATION * POPULATION
    return {
        "methods": methods,
        "w": w,
        "evaluations": asked.get("evaluations", EVALUATIONS),
        "particles": particles,
        "seeds": asked_number("seeds", 2, MOST_SEEDS, SEEDS),
        **asked_for(),
    }
