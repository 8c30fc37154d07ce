"""The Explore page: what is open, the stage, and the controls below it."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.export.link import from_link, to_link
from gdviz.family import shown
from gdviz.presets import DEFAULT, titles
from gdviz.server import store
from gdviz.ui.explore.player_component import show_player
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.scene_progress import SceneProgress
from gdviz.ui.parts.score_source import SOURCES, Source, choose_source, own_source, with_source
from gdviz.ui.parts.waiting import wait_for_update

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.ui.parts.run_controls import Watched

_OPEN, _SHOWN, _BOX = "explore.open", "explore.shown", "explore.box"
_WANTED = "explore.wanted"  # of gdviz.ui.explore.scenes, which a first visit does not import
_REFUSED_EDIT = "explore.refused_edit"  # what was edited on the stage and is no Experiment, as a sentence
_OWN = "__own__"  # the preset box's entry for a scene that is no preset


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
    """

    preset: str | None
    edited: dict[str, Any] | None = None
    version: int = 0
    source: Source | None = None

    @property
    def sources(self) -> tuple[Literal["exact", "network"], ...]:
        """What is on stage, from left to right."""
        source = self.source or own_source(self.edited or {})
        return ("exact", "network") if source == "both" else (source,)


def opened() -> Opened:
    """The page's present subject, from the session or, at first, from the address; draws the boxes that choose it."""
    if _OPEN not in st.session_state:
        st.session_state[_OPEN] = _from_address()
    state: Opened = st.session_state[_OPEN]
    known = titles()
    names = list(known)
    own = state.preset is None or state.edited is not None
    options = [_OWN, *names] if own else names
    key = f"preset.{state.version}.{own}"
    st.session_state[_BOX] = key

    def pick() -> None:
        name = st.session_state[key]
        if name in known and key == st.session_state[_BOX]:  # a box just replaced still reports its choice once
            open_(Opened(name, source=state.source))

    left, right = st.columns([5, 2], vertical_alignment="center")
    left.selectbox(
        "Preset",
        options,
        index=0 if own else options.index(state.preset or DEFAULT),
        format_func=lambda name: known.get(name) or _edited_title(state, known),
        key=key,
        on_change=pick,
        label_visibility="collapsed",
    )
    with right:
        present = state.source or own_source(state.edited or {})
        source = choose_source(present, f"source.{state.version}.{own_source(state.edited or {})}")
    if source != present:
        state = st.session_state[_OPEN] = replace(state, source=source)
    _write_address(state)
    return state


def _edited_title(state: Opened, known: dict[str, str]) -> str:
    return f"{known[state.preset]} (edited)" if state.preset in known else "Your own scene"


def open_(state: Opened) -> None:
    """Put something else on the page."""
    before: Opened | None = st.session_state.get(_OPEN)
    st.session_state[_OPEN] = replace(state, version=(before.version if before else 0) + 1)


def _from_address() -> Opened:
    preset, link, asked = (st.query_params.get(name) for name in ("preset", "scene", "score"))
    source = next((one for one in SOURCES if one == asked), None)
    try:
        if link:
            return Opened(None, from_link(link), source=source)
    except GdvizError as error:
        st.warning(as_typed(str(error)))
    if preset and preset not in titles():
        st.warning(as_typed(f"preset: found {shown(preset)}; allowed: {', '.join(titles())}."))
        preset = None
    return Opened(preset or DEFAULT, source=source)


def _write_address(state: Opened) -> None:
    wanted = {"scene": to_link(state.edited)} if state.edited else {"preset": state.preset or DEFAULT}
    if state.source is not None:
        wanted["score"] = state.source
    for name in ("scene", "preset", "score"):
        if name in wanted and st.query_params.get(name) != wanted[name]:
            st.query_params[name] = wanted[name]
        elif name not in wanted and name in st.query_params:
            del st.query_params[name]


# ---------------------------------------------------------------------- the stage
@dataclass(frozen=True)
class Stage:
    """The stage as drawn: how far each of its scenes was, and the place below it."""

    parts: tuple[SceneProgress, ...]
    slot: Any


def show(state: Opened) -> Stage:
    """The player on the present scene, always in the same place, so that it never starts anew.

    A preset's shipped scene needs no import of the mathematics, so a first visit sees it move at once.
    Any other scene is asked for; meanwhile the one before it stays on stage. With both scores the network's scene
    joins the exact one as a panel of its own.
    """
    shown: list[str] = st.session_state.get(_SHOWN, [])
    _want(state)
    parts = tuple(_progress(state, source) for source in state.sources)
    if parts[0].digest:
        shown = [part.digest for part in parts if part.digest]
    if shown:
        st.session_state[_SHOWN] = shown
        show_player(shown, on_edited=_take_stage_edit)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container():
            slot = st.empty()
        _turn_button(parts)
    problem = st.session_state.pop(_REFUSED_EDIT, None) or next((part.error for part in parts if part.error), None)
    if problem:
        slot.error(as_typed(problem), icon=":material/error:")
    elif any(part.stopped for part in parts):
        slot.warning("Stopped. What is on stage stays.", icon=":material/stop_circle:")
    return Stage(parts, slot)


def _take_stage_edit(text: str) -> None:
    """Open what was edited on the stage; what is no Experiment is refused and changes nothing."""
    from gdviz.ui.explore.stage_edit import read_stage_edit

    state: Opened = st.session_state[_OPEN]
    try:
        edited = read_stage_edit(text, experiment_of(state))
        is_preset = state.preset is not None and edited.id == experiment_of(Opened(state.preset)).id
    except GdvizError as error:
        st.session_state[_REFUSED_EDIT] = str(error)
        return
    open_(replace(state, edited=None if is_preset else edited.model_dump(mode="json")))


def _turn_button(parts: Sequence[SceneProgress]) -> None:
    """Cancel while something is computed; once stopped, a way to go on."""
    if all(part.done and not part.stopped for part in parts):
        return
    from gdviz.ui.explore.scenes import go_on, stop

    if any(part.stopped for part in parts):
        st.button("Compute it", icon=":material/play_arrow:", on_click=go_on, key="explore.turn")
    else:
        st.button("Cancel", icon=":material/stop:", on_click=stop, key="explore.turn")


def _want(state: Opened) -> None:
    """Let go of what this tab had computed before."""
    sources = [source for source in state.sources if not (source == "exact" and _shipped(state))]
    if not sources and _WANTED not in st.session_state:
        return  # a first visit needs no import of the mathematics
    from gdviz.ui.explore.scenes import want

    experiments = []
    for source in sources:
        with contextlib.suppress(GdvizError):
            experiments.append(with_source(experiment_of(state), source))
    want(experiments)


def await_news(state: Opened, stage: Stage, reading: Watched | None = None) -> None:
    """Until the scenes are whole and points are read: show how far they are, and draw the page again when there is news."""

    def look() -> tuple[float, str] | None:
        if reading is not None and reading.look() is None:
            return None
        words = None
        for source, drawn in zip(state.sources, stage.parts, strict=True):
            if drawn.done:
                continue
            now = _progress(state, source, drawn.digest)
            if now.done or now.digest != drawn.digest:
                return None
            waiting = now.words or ("Refining the preview" if now.digest else "Computing the scene")
            words = words or (now.progress, waiting)
        return words

    if not all(part.done for part in stage.parts):
        wait_for_update(stage.slot, look)
    elif reading is not None:
        reading.wait()


def _shipped(state: Opened) -> str | None:
    return store().find(f"preset-{state.preset}") if state.preset and state.edited is None else None


def _progress(state: Opened, source: Literal["exact", "network"], on_stage: str | None = None) -> SceneProgress:
    shipped = _shipped(state) if source == "exact" else None
    if shipped:
        return SceneProgress(shipped, done=True)
    from gdviz.studies.scene import check_drawable
    from gdviz.ui.explore.scenes import scene_progress

    try:
        experiment = with_source(experiment_of(state), source)
        check_drawable(experiment)
        return scene_progress(experiment, *_words(state), on_stage)
    except GdvizError as error:
        return SceneProgress(None, done=True, error=str(error))


def experiment_of(state: Opened) -> Experiment:
    """The Experiment on the page.

    Raises
    ------
    GdvizError
        If a link or file holds something else.
    """
    from gdviz.presets import load

    if state.edited is not None or state.preset is None:
        return _parsed(json.dumps(state.edited or {}))
    return load(state.preset).experiment


@lru_cache(maxsize=64)
def _parsed(text: str) -> Experiment:
    """A page parses the same text many times: whenever it is drawn, and whenever it looks for news."""
    from gdviz.experiment import Experiment

    return Experiment.parse(json.loads(text))


def _words(state: Opened) -> tuple[str, str]:
    """Title and caption of the scene."""
    if state.preset is None or state.edited is not None:
        return "Your scene", ""
    from gdviz.presets import load

    preset = load(state.preset)
    return preset.title, preset.caption


# ---------------------------------------------------------------------- the controls
def edit(state: Opened, stage: Stage) -> Watched | None:
    """Everything that can be changed. A valid change goes on stage, an invalid one is refused below its widgets.

    What was refused before it, below the stage, is no longer said then: the newest mistake is to be mended. Gives what to wait
    for while a worker reads somebody's points.
    """
    from gdviz.ui.parts.workers import pool, where_computed

    title = "Change the scene: target, guidance, sampler, run, file"
    with st.expander(title, icon=":material/tune:", on_change="rerun", key="explore.change") as changes:
        if not changes.open:  # its widgets cost the server more than all the rest of the page
            pool()
            return None
        from gdviz.ui.explore.editor import edit_experiment

        try:
            present = experiment_of(state).model_dump(mode="json")
        except GdvizError:
            present = experiment_of(Opened(DEFAULT)).model_dump(mode="json")
        elsewhere = st.empty()
        edited = edit_experiment(present, f"edit.{state.version}", open_file=lambda value: open_(Opened(None, value)))
        st.caption(as_typed(where_computed()))
    pool()  # now that all that the widgets import is there
    try:
        experiment = _parsed(json.dumps(edited.draft))  # whether its parts fit each other is found by the worker
    except GdvizError as error:
        stage.slot.empty()
        part = re.match(r"[a-z]*", str(error))
        edited.places.get(part[0] if part else "", elsewhere).error(as_typed(str(error)), icon=":material/error:")
        return edited.reading
    known = experiment.model_dump(mode="json")
    if known != present:
        is_preset = state.preset is not None and experiment.id == experiment_of(Opened(state.preset)).id
        source = state.source if known["score"] == present["score"] else None
        st.session_state[_OPEN] = replace(state, edited=None if is_preset else known, source=source)
        st.rerun()
    return edited.reading


def current_experiment() -> Experiment | None:
    """What the Explore page shows, for the other pages; None where it is a preset or was never opened."""
    state: Opened | None = st.session_state.get(_OPEN)
    if state is None or state.edited is None:
        return None
    try:
        return _parsed(json.dumps(state.edited))
    except GdvizError:
        return None
