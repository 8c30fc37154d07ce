"""Which scene a page of the Lab is about: the one on Explore, until another preset is picked here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.export.link import from_link, to_link
from gdviz.family import shown
from gdviz.presets import DEFAULT, load, titles
from gdviz.ui.explore.opened import current_experiment, current_subject
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.page_memory import Memory

SCENE = "__scene__"
"""The entry that is no preset: an edited scene, from a link or from the Explore page."""


def asked_for() -> Memory:
    """The subject in the address, as ``subject`` and ``link``, with a warning where it names no preset."""
    asked = st.query_params
    memory: Memory = {"subject": None, "link": None}
    if "scene" in asked:
        memory["subject"], memory["link"] = SCENE, asked["scene"]
    elif asked.get("preset") in titles():
        memory["subject"] = asked["preset"]
    elif "preset" in asked:
        st.warning(as_typed(f"preset: found {shown(asked['preset'])}; allowed: {', '.join(titles())}."))
    return memory


def pick(memory: Memory, place: Any, key: str, presets: Mapping[str, str] | None = None) -> tuple[str, Experiment]:
    """The select box, and the Experiment behind what is picked.

    Parameters
    ----------
    memory : dict
        With what `asked_for` found; the choice is kept there.
    place : a place on the page
    key : str
        Of the widget.
    presets : mapping, optional
        Name and title of those that are offered; all of them if not given.
    """
    known, scene = presets or titles(), _scene(memory)
    options = ([SCENE] if scene is not None else []) + list(known)
    _follow_explore(memory)
    start = memory["subject"] if memory["subject"] in options else DEFAULT
    picked: str = place.selectbox(
        "Experiment",
        options,
        index=options.index(start),
        format_func=lambda name: known.get(name, "The edited scene"),
        key=key,
    )
    memory["subject"] = picked
    return picked, scene if picked == SCENE and scene is not None else load(picked).experiment


def _follow_explore(memory: Memory) -> None:
    """Take what Explore shows, if that is not what it showed when this page was drawn last."""
    now = current_subject()
    if now is None or now == memory.get("explored"):
        return
    if "explored" in memory or memory["subject"] is None:  # what the address named at the first visit stays
        memory["subject"] = now[0] or SCENE
    memory["explored"] = now


def write_address(picked: str, base: Experiment, **others: str) -> None:
    """Keep the subject, and what else decides the page, in the address."""
    subject = ("scene", to_link(base.model_dump(mode="json"))) if picked == SCENE else ("preset", picked)
    wanted = dict([subject, *others.items()])
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def _scene(memory: Memory) -> Experiment | None:
    """The scene that is no preset: as edited on the Explore page in this session, else the address's."""
    here = current_experiment()
    if here is not None or memory["link"] is None:
        return here
    try:
        return Experiment.parse(from_link(memory["link"]))
    except GdvizError as error:
        memory["link"] = None
        st.warning(as_typed(str(error)))
        return None
