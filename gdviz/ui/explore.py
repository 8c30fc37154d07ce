"""The Explore page: what is open, the stage, and the controls below it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.presets import DEFAULT, titles
from gdviz.server import store
from gdviz.ui.component import show_player
from gdviz.ui.follow import follow
from gdviz.ui.link import from_link, to_link
from gdviz.ui.progress import SceneProgress

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

_OPEN, _SHOWN, _BOX = "explore.open", "explore.shown", "explore.box"
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
    """

    preset: str | None
    edited: dict[str, Any] | None = None
    version: int = 0


def opened() -> Opened:
    """The page's present subject, from the session or, at first, from the address; draws the preset box."""
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
            open_(Opened(name))

    st.selectbox(
        "Preset",
        options,
        index=0 if own else options.index(state.preset or DEFAULT),
        format_func=lambda name: known.get(name) or _edited_title(state, known),
        key=key,
        on_change=pick,
        label_visibility="collapsed",
    )
    _write_address(state)
    return state


def _edited_title(state: Opened, known: dict[str, str]) -> str:
    return f"{known[state.preset]} (edited)" if state.preset in known else "Your own scene"


def open_(state: Opened) -> None:
    """Put something else on the page."""
    before: Opened | None = st.session_state.get(_OPEN)
    st.session_state[_OPEN] = replace(state, version=(before.version if before else 0) + 1)


def _from_address() -> Opened:
    preset, link = st.query_params.get("preset"), st.query_params.get("scene")
    try:
        if link:
            return Opened(None, from_link(link))
    except GdvizError as error:
        st.warning(str(error))
    if preset and preset not in titles():
        st.warning(f"preset: found {preset!r}; allowed: {', '.join(titles())}.")
        preset = None
    return Opened(preset or DEFAULT)


def _write_address(state: Opened) -> None:
    wanted = {"scene": to_link(state.edited)} if state.edited else {"preset": state.preset or DEFAULT}
    for name in ("scene", "preset"):
        if name in wanted and st.query_params.get(name) != wanted[name]:
            st.query_params[name] = wanted[name]
        elif name not in wanted and name in st.query_params:
            del st.query_params[name]


# ---------------------------------------------------------------------- the stage
@dataclass(frozen=True)
class Stage:
    """The stage as drawn: how far its scene was, and the place below it."""

    progress: SceneProgress
    slot: Any


def show(state: Opened) -> Stage:
    """The player on the present scene, always in the same place, so that it never starts anew.

    A preset's shipped scene needs no import of the mathematics, so a first visit sees it move at once.
    Any other scene is asked for; meanwhile the one before it stays on stage.
    """
    now = _progress(state)
    digest = now.digest or st.session_state.get(_SHOWN)
    if digest:
        st.session_state[_SHOWN] = digest
        show_player([digest])
    slot = st.empty()
    if now.error:
        slot.error(now.error, icon=":material/error:")
    return Stage(now, slot)


def await_news(state: Opened, stage: Stage) -> None:
    """Until the scene is whole: show how far it is, and draw the page again when there is more to see."""

    def look() -> tuple[float, str] | None:
        now = _progress(state, stage.progress.digest)
        if now.done or now.digest != stage.progress.digest:
            return None
        return now.progress, "Refining the preview" if now.digest else "Computing the scene"

    if not stage.progress.done:
        follow(stage.slot, look)


def _shipped(state: Opened) -> str | None:
    return store().find(f"preset-{state.preset}") if state.preset and state.edited is None else None


def _progress(state: Opened, on_stage: str | None = None) -> SceneProgress:
    shipped = _shipped(state)
    if shipped:
        return SceneProgress(shipped, done=True)
    from gdviz.ui.work import scene_progress

    try:
        return scene_progress(experiment_of(state), *_words(state), on_stage)
    except GdvizError as error:
        return SceneProgress(None, done=True, error=str(error))


def experiment_of(state: Opened) -> Experiment:
    """The Experiment on the page.

    Raises
    ------
    GdvizError
        If a link or file holds something else.
    """
    from gdviz.experiment import Experiment
    from gdviz.presets import load

    if state.edited is not None or state.preset is None:
        return Experiment.parse(state.edited or {})
    return load(state.preset).experiment


def _words(state: Opened) -> tuple[str, str]:
    """Title and caption of the scene."""
    if state.preset is None or state.edited is not None:
        return "Your scene", ""
    from gdviz.presets import load

    preset = load(state.preset)
    return preset.title, preset.caption


# ---------------------------------------------------------------------- the controls
def edit(state: Opened) -> None:
    """Everything that can be changed. A valid change goes on stage, an invalid one is refused beside the widgets."""
    from gdviz.experiment import Experiment
    from gdviz.ui.editor import edit_experiment
    from gdviz.ui.work import pool, where_computed

    try:
        present = experiment_of(state).model_dump(mode="json")
    except GdvizError:
        present = experiment_of(Opened(DEFAULT)).model_dump(mode="json")
    with st.expander("Change the scene: target, guidance, sampler, run, file", icon=":material/tune:"):
        refusal = st.container()
        edited = edit_experiment(present, f"edit.{state.version}", open_file=lambda value: open_(Opened(None, value)))
        st.caption(where_computed())
    pool()  # now that all that the widgets import is there
    try:
        experiment = Experiment.parse(edited)  # whether its parts fit each other is found by the worker
    except GdvizError as error:
        refusal.error(str(error), icon=":material/error:")
        return
    known = experiment.model_dump(mode="json")
    if known != present:
        is_preset = state.preset is not None and experiment.id == experiment_of(Opened(state.preset)).id
        st.session_state[_OPEN] = replace(state, edited=None if is_preset else known)
        st.rerun()


def current_experiment() -> Experiment | None:
    """What the Explore page shows, for the other pages; None where it is a preset or was never opened."""
    from gdviz.experiment import Experiment

    state: Opened | None = st.session_state.get(_OPEN)
    if state is None or state.edited is None:
        return None
    try:
        return Experiment.parse(state.edited)
    except GdvizError:
        return None
