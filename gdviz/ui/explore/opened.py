"""What is open on Explore: read from the address, kept in the session, and what other pages ask of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.export.address import address_of, read_address
from gdviz.export.link import to_link
from gdviz.presets import DEFAULT
from gdviz.ui.explore.teaching import Teaching, read_teaching
from gdviz.ui.parts.score_source import SOURCES, Source, own_source

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

_OPEN = "explore.open"
WENT = "explore.went"
"""Session key of the query where Back or Forward led last."""


@dataclass(frozen=True)
class Opened:
    """What is on the page.

    Attributes
    ----------
    preset : str or None
        The preset it started from; None for a file or a link.
    edited : dict or None
        The Experiment as edited, None while it is the preset itself.
    version : int
        Grows when something else is opened, so that its widgets start afresh.
    source : {"exact", "network", "both"} or None
        Which scores are on stage; None for those that the Experiment names.
    remark : str
        What could not be used of an address.
    teaching : Teaching
        What a teacher's link asks for.
    """

    preset: str | None
    edited: dict[str, Any] | None = None
    version: int = 0
    source: Source | None = None
    remark: str = ""
    teaching: Teaching = field(default_factory=Teaching)

    @property
    def sources(self) -> tuple[Literal["exact", "network"], ...]:
        """What is on stage, from left to right."""
        source = self.source or own_source(self.edited or {})
        return ("exact", "network") if source == "both" else (source,)


def now_open() -> Opened:
    """What is open in this session; at a first visit what the address names."""
    if _OPEN not in st.session_state:
        st.session_state[_OPEN] = _from_address(st.query_params)
    state: Opened = st.session_state[_OPEN]
    return state


def change(**fields: Any) -> None:
    """Change what is open; its widgets stay."""
    st.session_state[_OPEN] = replace(now_open(), **fields)


def open_(state: Opened) -> None:
    """Put something else on the page."""
    before: Opened | None = st.session_state.get(_OPEN)
    teaching = before.teaching if before else state.teaching
    st.session_state[_OPEN] = replace(state, version=(before.version if before else 0) + 1, teaching=teaching)


def _from_address(query: Mapping[str, str]) -> Opened:
    source = next((one for one in SOURCES if one == query.get("score")), None)
    teaching = read_teaching(query)
    try:
        found = read_address(query)
    except GdvizError as error:
        return Opened(DEFAULT, source=source, remark=str(error), teaching=teaching)
    preset = found.preset or (DEFAULT if found.draft is None else None)
    return Opened(preset, found.draft, source=source, remark=" ".join(found.remarks), teaching=teaching)


def link_fields(state: Opened) -> dict[str, str] | None:
    """The fields of an address that open the same; None where they are too long to be sent to others."""
    named = address_of(state.edited, state.preset or (DEFAULT if state.edited is None else None))
    return named if named is None or state.source is None else {**named, "score": state.source}


def address(state: Opened) -> dict[str, str]:
    """What is open, as the page's own address names it: however long, the browser keeps it."""
    if (fields := link_fields(state)) is not None:
        return fields
    return {"scene": to_link(state.edited or {}), **({"score": state.source} if state.source else {})}


def go(query: str) -> None:
    """The reader went back or forward to another address: open what it names."""
    st.session_state[WENT] = query
    open_(_from_address(dict(parse_qsl(query.removeprefix("?")))))


def experiment_of(state: Opened) -> Experiment:
    """The Experiment on the page.

    Raises
    ------
    GdvizError
        If a link or file holds something else.
    """
    from gdviz.presets import load

    if state.edited is not None or state.preset is None:
        return parsed(json.dumps(state.edited or {}))
    return load(state.preset).experiment


@lru_cache(maxsize=64)
def parsed(text: str) -> Experiment:
    """A page parses the same text many times: whenever it is drawn, and whenever it looks for news."""
    from gdviz.experiment import Experiment

    return Experiment.parse(json.loads(text))


def words_of(state: Opened) -> tuple[str, str]:
    """Title and caption of the scene."""
    if state.preset is None or state.edited is not None:
        return "Your scene", ""
    from gdviz.presets import load

    preset = load(state.preset)
    return preset.title, preset.caption


def current_experiment() -> Experiment | None:
    """What the Explore page shows, for the other pages; None where it is a preset or was never opened."""
    state: Opened | None = st.session_state.get(_OPEN)
    if state is None or state.edited is None:
        return None
    try:
        return parsed(json.dumps(state.edited))
    except GdvizError:
        return None


def current_subject() -> tuple[str | None, str] | None:
    """The preset on Explore, None for a scene that is no preset, and what tells two such scenes apart; None before a visit."""
    state: Opened | None = st.session_state.get(_OPEN)
    if state is None:
        return None
    return (state.preset, "") if state.edited is None else (None, json.dumps(state.edited, sort_keys=True))
