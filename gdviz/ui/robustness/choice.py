"""What the Robustness page compares: one Experiment, a family of known errors, and networks of several training lengths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.networks import Recipe
from gdviz.number_text import parse_numbers
from gdviz.presets import DEFAULT, load, titles
from gdviz.scores.exact import Exact
from gdviz.scores.network import Network
from gdviz.scores.perturbed import Error, Perturbed
from gdviz.studies.robustness import LENGTHS, why_not
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.number_list import remark_on_commas
from gdviz.ui.parts.page_memory import Memory, asked_number, page_memory
from gdviz.ui.parts.subject import asked_for, pick, write_address

PARTICLES, FEWEST, MOST = 2000, 100, 100_000
W, KIND, SIZES, STEPS = "0, 0.5, 1, 2, 4", "inward", "5, 10, 20", ", ".join(map(str, LENGTHS))
LONGEST = 4
"""Members of a family."""

_KINDS: tuple[str, ...] = get_args(Error.model_fields["kind"].annotation)
_WORDS = {
    "constant": "constant: one direction, everywhere and always",
    "inward": "inward: toward the target's mean",
    "outward": "outward: away from the target's mean",
    "per_step": "drawn afresh at each step",
    "field": "field: smooth and random, always the same",
}
_ARTICLES = {"constant": "a constant", "inward": "an inward", "outward": "an outward", "field": "a random but fixed"}
_HELP = {
    "kind": "Added to the noise prediction at every step. A run with the largest size drawn afresh at each step is always shown.",
    "sizes": "Root mean square of the error in % of that of the exact noise prediction; up to four numbers.",
    "steps": "Optimiser steps of each network, up to four numbers. Networks that are missing are trained, one after another.",
}


@dataclass(frozen=True)
class Source:
    """One wrong score and the Experiment that runs it.

    Attributes
    ----------
    name, phrase : str
        As legends and as sentences say it.
    group : {"perturbed", "network"}
    experiment : Experiment
    size : float
        Of a known error, relative; 0 for a network.
    afresh : bool
        Whether the error is drawn afresh at each step.
    """

    name: str
    phrase: str
    group: Literal["perturbed", "network"]
    experiment: Experiment
    size: float = 0.0
    afresh: bool = False


@dataclass(frozen=True)
class RobustnessChoice:
    """What is compared, and a short name for its files."""

    exact: Experiment
    sources: tuple[Source, ...]
    name: str


def choose() -> RobustnessChoice | None:
    """The widgets; None, with one sentence on the page, while what they say is refused."""
    memory = page_memory("robustness", _from_address)
    one, two, three = st.columns([4, 4, 2])
    four, five, six = st.columns([4, 3, 3])
    if memory["subject"] in titles() and memory["subject"] not in suited():  # from the address
        st.info(as_typed(f"{why_not(load(memory['subject']).experiment)} Here is another experiment."), icon=":material/info:")
    picked, base = pick(memory, one, "robustness.subject", suited())
    memory["w"] = two.text_input("Guidance scales w", memory["w"], key="robustness.w")
    memory["particles"] = three.number_input(
        "Particles", FEWEST, MOST, memory["particles"], step=1000, key="robustness.particles"
    )
    memory["kind"] = four.selectbox(
        "Known error",
        _KINDS,
        index=_KINDS.index(memory["kind"]),
        format_func=lambda kind: _WORDS.get(kind, kind),
        key="robustness.kind",
        help=_HELP["kind"],
    )
    memory["sizes"] = five.text_input("Its sizes, %", memory["sizes"], key="robustness.sizes", help=_HELP["sizes"])
    memory["steps"] = six.text_input("Training lengths, steps", memory["steps"], key="robustness.steps", help=_HELP["steps"])
    problem = why_not(base)
    if problem is not None:
        st.info(as_typed(problem), icon=":material/info:")
        return None
    for text in (memory["w"], memory["sizes"], memory["steps"]):
        remark_on_commas(text)
    try:
        exact = _exact(base, memory["w"], memory["particles"])
        sizes = [size / 100 for size in _positive("sizes", memory["sizes"], 1000)]
        steps = [int(number) for number in _positive("training lengths", memory["steps"], 1_000_000, whole=True)]
    except GdvizError as error:
        st.error(as_typed(str(error)), icon=":material/error:")
        return None
    others = {name: str(memory[name]).replace(" ", "") for name in ("w", "particles", "kind", "sizes", "steps")}
    write_address(picked, base, **others)
    recipe = base.score.recipe if isinstance(base.score, Network) else Recipe()
    sources = (*perturbed(exact, memory["kind"], sizes), *networks(exact, steps, recipe))
    return RobustnessChoice(exact, sources, "scene" if picked.startswith("_") else picked)


def usual() -> tuple[Source, ...]:
    """What is compared when the page is opened."""
    exact = _exact(load(DEFAULT).experiment, W, PARTICLES)
    sizes = [float(size) / 100 for size in SIZES.split(",")]
    return (*perturbed(exact, KIND, sizes), *networks(exact, list(LENGTHS), Recipe()))


def _exact(base: Experiment, w: str, particles: int) -> Experiment:
    described = {**base.model_dump(mode="json"), "w": parse_numbers(w), "particles": particles}
    return Experiment.parse(described).model_copy(update={"score": Exact()})


def perturbed(exact: Experiment, kind: str, sizes: list[float]) -> list[Source]:
    """A family of one kind of error, and the largest size drawn afresh at each step."""
    asked = [(kind, size) for size in sizes]
    if kind != "per_step" and sizes:
        asked.append(("per_step", max(sizes)))
    sources = []
    for each, size in asked:
        score = Perturbed.model_validate({"of": {"kind": "exact"}, "error": {"kind": each, "size": size}})
        afresh, percent = each == "per_step", f"{100 * size:g} %"
        name = f"error drawn afresh, {percent}" if afresh else f"{each} error, {percent}"
        phrase = f"an error of {percent} drawn afresh at each step" if afresh else f"{_ARTICLES[each]} error of {percent}"
        sources.append(Source(name, phrase, "perturbed", exact.model_copy(update={"score": score}), size, afresh))
    return sources


def networks(exact: Experiment, steps: list[int], recipe: Recipe) -> list[Source]:
    """The same network after shorter and longer training."""
    sources = []
    for number in steps:
        score = Network(recipe=recipe, steps=number)
        name, phrase = f"network, {number:,} steps", f"a network trained for {number:,} steps"
        sources.append(Source(name, phrase, "network", exact.model_copy(update={"score": score})))
    return sources


@cache
def suited() -> dict[str, str]:
    """The presets for which an improvement identity is known, by name."""
    return {name: title for name, title in titles().items() if why_not(load(name).experiment) is None}


def _positive(name: str, text: str, most: float, whole: bool = False) -> list[float]:
    """Up to four rising positive numbers."""
    numbers = parse_numbers(text)
    for value in numbers:
        if not isinstance(value, float) or not (0 < value <= most and math.isfinite(value)) or (whole and value != int(value)):
            what = "whole numbers" if whole else "numbers"
            raise GdvizError(f"{name}: found {str(value)[:40]!r}; {what} above 0 and up to {most:,} are allowed, between commas.")
    if len(numbers) > LONGEST:
        raise GdvizError(f"{name}: found {len(numbers)} of them; at most {LONGEST} are allowed.")
    return sorted(set(numbers))


def _from_address() -> Memory:
    asked = st.query_params
    start = {"w": W, "kind": KIND, "sizes": SIZES, "steps": STEPS}
    memory = {**start, **{name: asked[name] for name in ("w", "sizes", "steps") if name in asked}}
    if asked.get("kind") in _KINDS:
        memory["kind"] = asked["kind"]
    return {**memory, "particles": asked_number("particles", FEWEST, MOST, PARTICLES), **asked_for()}
