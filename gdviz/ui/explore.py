"""The Explore page: what is open, the stage, and the controls under "More"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.presets import DEFAULT, titles
from gdviz.server import store
from gdviz.ui.component import show_player
from gdviz.ui.link import from_link, to_link

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

_OPEN = "explore.open"
_POLL_SECONDS = 0.25


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
    custom = state.preset is None or state.edited is not None
    options = [*names, "__edited__"] if custom else names

    def pick() -> None:
        name = st.session_state[f"preset.{state.version}"]
        if name in known:
            open_(Opened(name))

    st.selectbox(
        "Preset",
        options,
        index=len(names) if custom else names.index(state.preset),
        format_func=lambda name: known.get(name) or _edited_title(state, known),
        key=f"preset.{state.version}.{custom}" if custom else f"preset.{state.version}",
        on_change=pick if not custom else _pick_from_edited,
        args=None if not custom else (f"preset.{state.version}.{custom}",),
        label_visibility="collapsed",
    )
    _write_address(state)
    return state


def _pick_from_edited(key: str) -> None:
    name = st.session_state[key]
    if name in titles():
        open_(Opened(name))


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
def show_at_once(state: Opened) -> None:
    """Show a preset's shipped scene before anything slow is imported."""
    digest = store().find(f"preset-{state.preset}") if state.preset and state.edited is None else None
    if digest:
        show_player([digest])
        st.session_state["explore.shown"] = digest


def _stage(experiment: Experiment, title: str, caption: str) -> None:
    """Show the scene of an Experiment; ask for it and look again while it is on its way."""
    from gdviz.ui.work import scene_state

    state = scene_state(experiment, title, caption)
    if state.done:
        _show(state.digest, state.error)
        return

    @st.fragment(run_every=_POLL_SECONDS)
    def waiting() -> None:
        now = scene_state(experiment, title, caption)
        _show(now.digest, now.error)
        st.progress(now.progress, text="Computing the scene" if not now.digest else "Refining the preview")
        if now.done:
            st.rerun()

    waiting()


def _show(digest: str | None, error: str | None) -> None:
    """The scene, or the one before it until there is one."""
    digest = digest or st.session_state.get("explore.shown")
    if digest:
        st.session_state["explore.shown"] = digest
        show_player([digest])
    if error:
        st.error(error, icon=":material/error:")


# ---------------------------------------------------------------------- the controls
def edit(state: Opened, stage: Any) -> None:
    """Everything that can be changed, and the stage for what was changed."""
    from gdviz.experiment import Experiment
    from gdviz.presets import load
    from gdviz.ui.editor import edit_experiment
    from gdviz.ui.work import pool

    pool()
    preset = load(state.preset) if state.preset else None
    original = preset.experiment.model_dump(mode="json") if preset else {}
    draft = state.edited or original
    with st.expander("More: target, guidance, sampler, file", icon=":material/tune:"):
        edited = edit_experiment(draft, f"edit.{state.version}", open_file=lambda value: open_(Opened(None, value)))
    try:
        experiment = Experiment.parse(edited)
        experiment.build()
    except GdvizError as error:
        with stage:
            st.error(str(error), icon=":material/error:")
            if state.edited is not None or not st.session_state.get("explore.shown"):
                _show(None, None)
        return
    is_preset = preset is not None and experiment.id == preset.experiment.id
    known = experiment.model_dump(mode="json")
    if is_preset != (state.edited is None) or (not is_preset and known != state.edited):
        st.session_state[_OPEN] = replace(state, edited=None if is_preset else known)
        st.rerun()
    if is_preset and preset is not None and store().find(f"preset-{state.preset}"):
        return
    with stage:
        _stage(experiment, preset.title if preset and is_preset else "Your scene", preset.caption if preset and is_preset else "")


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
