"""The Explore page: the boxes that choose a scene, the stage, and the controls beside it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.presets import DEFAULT, titles
from gdviz.server import store
from gdviz.ui.explore.opened import (
    WENT,
    Opened,
    address,
    change,
    experiment_of,
    go,
    link_fields,
    now_open,
    open_,
    parsed,
    words_of,
)
from gdviz.ui.explore.places import Places
from gdviz.ui.explore.player_component import show_player
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.scene_progress import SceneProgress
from gdviz.ui.parts.score_source import choose_source, own_source, with_source
from gdviz.ui.parts.waiting import wait_for_update

if TYPE_CHECKING:
    from gdviz.ui.parts.run_controls import Watched

_SHOWN, _BOX, _SOURCE = "explore.shown", "explore.preset", "explore.score"
_WANTED = "explore.wanted"  # of gdviz.ui.explore.scenes, which a first visit does not import
_REFUSED_EDIT = "explore.refused_edit"  # what was edited on the stage and is no Experiment, as a sentence
_REFUSED = "explore.refused"  # the draft that no Experiment could be made of, and the version of what is open
_OWN = "__own__"  # the preset box's entry for a scene that is no preset


def opened(page: Places) -> Opened:
    """The page's present subject, from the session or, at first, from the address; draws the boxes that choose it.

    The boxes keep their keys, whatever is open, and are told what it is: a box that is replaced while a reader presses it hears
    nothing.
    """
    state, known = now_open(), titles()
    own = state.preset is None or state.edited is not None
    st.session_state[_BOX] = _OWN if own else state.preset
    st.session_state[_SOURCE] = state.source or own_source(state.edited or {})
    with page.top:
        st.selectbox(
            "Preset",
            [_OWN, *known] if own else list(known),
            format_func=lambda name: known.get(name) or _edited_title(state, known),
            key=_BOX,
            on_change=_pick,
            label_visibility="collapsed",
            disabled=state.teaching.locked,
        )
        if state.teaching.shows("scores"):
            choose_source(st.session_state[_SOURCE], _SOURCE, on_change=_switch)
    note = page.status.empty()
    if remark := state.remark or state.teaching.remark:
        note.warning(as_typed(remark))
    if state.teaching.note:
        page.status.info(as_typed(state.teaching.note), icon=":material/school:")
    return state


def _pick() -> None:
    """A preset is chosen."""
    name = st.session_state[_BOX]
    if name != _OWN:
        open_(Opened(name, source=now_open().source))


def _switch() -> None:
    """Other scores are chosen."""
    change(source=st.session_state[_SOURCE])


def _edited_title(state: Opened, known: dict[str, str]) -> str:
    return f"{known[state.preset]} (edited)" if state.preset in known else "Your own scene"


def show_share(state: Opened, stage: Stage, page: Places) -> None:
    """The button at the top; what it offers is made once it is opened."""
    if not state.teaching.shows("share"):
        return
    with page.top, st.popover("Share", icon=":material/share:", on_change="rerun", key="explore.share") as opened:
        if not opened.open:
            return
        from gdviz.ui.explore.share import share

        try:
            experiment = experiment_of(state)
        except GdvizError as error:
            st.error(as_typed(str(error)))
            return
        share(experiment, state.preset, words_of(state)[0], link_fields(state), stage.parts[0].digest)


# ---------------------------------------------------------------------- the stage
@dataclass(frozen=True)
class Stage:
    """The stage as drawn: how far each of its scenes was, and the place beside it."""

    parts: tuple[SceneProgress, ...]
    slot: Any


def show(state: Opened, page: Places) -> Stage:
    """The player on the present scene, always in the same place, so that it never starts anew.

    A preset's shipped scene needs no import of the mathematics, so a first visit sees it move at once.
    Any other scene is asked for; meanwhile the one before it stays on stage. With both scores the network's scene
    joins the exact one as a panel of its own.
    """
    shown: list[str] = st.session_state.get(_SHOWN, [])
    _want(state)
    parts = tuple(_progress(state, source) for source in state.sources)
    if any(part.digest for part in parts):
        shown = [part.digest for part in parts if part.digest]
    if shown:
        st.session_state[_SHOWN] = shown
        with page.stage:
            stale = "" if parts[0].digest or parts[0].error else "the scene before: yours is not computed yet"
            show_player(shown, address(state), st.session_state.get(WENT, ""), go, _take_stage_edit, stale)
    with page.status, st.container(horizontal=True, vertical_alignment="center", wrap=False):
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

    state = now_open()
    if state.teaching.locked:
        return
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
            now = _progress(state, source)
            if now.done or now.digest != drawn.digest:
                return None
            waiting = now.words or ("Refining the scene" if now.digest else "Computing the scene")
            words = words or (now.progress, waiting)
        return words

    if not all(part.done for part in stage.parts):
        wait_for_update(stage.slot, look)
    elif reading is not None:
        reading.wait()


def _shipped(state: Opened) -> str | None:
    return store().find(f"preset-{state.preset}") if state.preset and state.edited is None else None


def _progress(state: Opened, source: Literal["exact", "network"]) -> SceneProgress:
    shipped = _shipped(state) if source == "exact" else None
    if shipped:
        return SceneProgress(shipped, done=True)
    from gdviz.studies.scene import check_drawable
    from gdviz.ui.explore.scenes import scene_progress

    try:
        experiment = with_source(experiment_of(state), source)
        check_drawable(experiment)
        return scene_progress(experiment, *words_of(state))
    except GdvizError as error:
        return SceneProgress(None, done=True, error=str(error))


# ---------------------------------------------------------------------- the controls
def edit(state: Opened, stage: Stage, page: Places) -> Watched | None:
    """Everything that can be changed. A valid change goes on stage, an invalid one is refused below its field.

    What was refused before it is no longer said then: the newest mistake is to be mended. Gives what to wait for while a worker
    reads somebody's points.
    """
    from gdviz.ui.parts.workers import pool, where_computed

    if not state.teaching.shows("panel"):
        pool()
        return None
    from gdviz.ui.explore.editor import edit_experiment
    from gdviz.ui.explore.kept_rewards import keep
    from gdviz.ui.explore.refusals import problem_of, refuse

    with page.panel:
        try:
            present = experiment_of(state).model_dump(mode="json")
        except GdvizError:
            present = experiment_of(Opened(DEFAULT)).model_dump(mode="json")
        version, refused = st.session_state.get(_REFUSED, (None, None))
        draft = refused if version == state.version else present  # what was refused stays in its boxes
        edited = edit_experiment(draft, f"edit.{state.version}", lambda value: open_(Opened(None, value)), _mend)
        st.caption(as_typed(where_computed()))
    pool()  # now that all that the widgets import is there
    problem = problem_of(edited.draft, None if edited.tab == "Guidance" else present)
    if problem is not None:
        st.session_state[_REFUSED] = state.version, edited.draft
        stage.slot.empty()
        refuse(edited.places, problem, edited.draft, _mend)
        return edited.reading
    st.session_state.pop(_REFUSED, None)
    experiment = parsed(json.dumps(edited.draft))
    known = experiment.model_dump(mode="json")
    keep(known)
    if known != present:
        is_preset = state.preset is not None and experiment.id == experiment_of(Opened(state.preset)).id
        source = state.source if known["score"] == present["score"] else None
        change(edited=None if is_preset else known, source=source, remark="")
        st.rerun()
    return edited.reading


def _mend(draft: dict[str, Any]) -> None:
    """A button has changed the draft: its boxes start afresh with it, and it goes on stage as anything that is edited does."""
    open_(now_open())
    st.session_state[_REFUSED] = now_open().version, draft


def show_links(state: Opened, page: Places) -> None:
    """The ways on from here: these pages open with what Explore shows."""
    if not state.teaching.shows("panel"):
        return
    with page.panel, st.container(horizontal=True):
        st.page_link("pages/curves.py", label="Curves of this scene", icon=":material/show_chart:")
        st.page_link("pages/train.py", label="Train this scene", icon=":material/model_training:")
        st.page_link("pages/check.py", label="Check this scene", icon=":material/fact_check:")
