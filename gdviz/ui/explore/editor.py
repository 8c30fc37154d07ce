"""Widgets for a whole Experiment, in tabs beside the stage."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.experiment import MAX_PARTICLES, Experiment
from gdviz.guidance import GUIDANCE, GuidanceKind
from gdviz.number_text import parse_numbers
from gdviz.rewards import REWARDS
from gdviz.samplers import SAMPLERS
from gdviz.scores import SCORES
from gdviz.targets import TARGETS, TargetKind
from gdviz.ui.explore.draft_places import value_at
from gdviz.ui.explore.kept_rewards import show_kept
from gdviz.ui.explore.own_data import edit_own_data, with_target
from gdviz.ui.explore.reward_panel import show_reward
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.field_errors import FieldErrors
from gdviz.ui.parts.forms import edit_fields, edit_kind
from gdviz.ui.parts.number_list import remark_on_commas
from gdviz.ui.parts.run_controls import Watched
from gdviz.ui.parts.starting_values import DIMENSION, Choices
from gdviz.ui.parts.table_form import Draft

MAX_FILE = 4 << 20
SPARE = 12
"""Empty places below the widgets: those of another kind go at once, not when the scene is there and the page's run has ended."""

TABS = ["Target", "Guidance", "Sampler", "Run", "Your points", "File"]


@dataclass(frozen=True)
class Edited:
    """What the editor gives.

    Attributes
    ----------
    draft : dict
        The Experiment as edited.
    places : FieldErrors
        The empty places below their widgets, for what is refused.
    reading : Watched or None
        What to wait for while a worker reads somebody's points.
    tab : str
        The open one.
    """

    draft: Draft
    places: FieldErrors
    reading: Watched | None
    tab: str


def edit_experiment(draft: Draft, key: str, open_file: Callable[[Draft], None], mend: Callable[[Draft], None]) -> Edited:
    """Tabs for the target, the guidance, the sampler and the run, points of one's own, and a file to open or save.

    Only the tab that is open is drawn: the widgets of all cost the server more than the rest of the page.

    Parameters
    ----------
    draft : dict
        The present Experiment.
    key : str
        Prefix of the widgets' keys.
    open_file : callable
        Called with the dictionary of another Experiment: of a file that was opened, or with points of one's own.
    mend : callable
        Called with the draft that a button has changed, before the page is drawn again.
    """
    edited, reading = dict(draft), None
    errors = FieldErrors(st.empty())
    tabs = dict(zip(TABS, st.tabs(TABS, on_change="rerun", key="explore.tab"), strict=True))
    choices = _choices(draft.get("target", {}))
    name, tab = next(((name, tab) for name, tab in tabs.items() if tab.open), (TABS[0], tabs[TABS[0]]))
    with tab:
        if name == "Target":
            edited["target"] = edit_kind(TARGETS, draft.get("target", {}), f"{key}.target", path="target", errors=errors)
            if edited["target"]["kind"] != draft.get("target", {}).get("kind"):
                edited = _with_another_target(edited)
        elif name == "Guidance":
            edited["guidance"] = _edit_guidance(edited, f"{key}.guidance", choices, errors)
            show_kept(edited, f"{key}.kept", mend)
            edited["measure"] = _edit_measure(draft.get("measure"), choices, f"{key}.measure", errors)
            if len(SCORES.kinds) > 1:
                edited["score"] = edit_kind(SCORES, draft.get("score", {}), f"{key}.score", path="score", errors=errors)
        elif name == "Sampler":
            edited["sampler"] = edit_kind(SAMPLERS, draft.get("sampler", {}), f"{key}.sampler", path="sampler", errors=errors)
        elif name == "Run":
            edited.update(_edit_run(draft, key, errors))
        elif name == "Your points":
            reading = edit_own_data(edited, f"{key}.points", open_file)
        else:
            _edit_file(edited, key, open_file)
        for _ in range(SPARE):
            st.empty()
    return Edited(edited, errors, reading, name)


def _edit_guidance(draft: Draft, key: str, choices: Choices, errors: FieldErrors) -> Draft:
    """The method with its reward and what that reward is on the target, then its schedule."""
    schedule = ("schedule",)
    edited = edit_kind(GUIDANCE, draft.get("guidance", {}), key, choices, schedule, path="guidance", errors=errors)
    if value_at(edited, "reward") is not None:
        show_reward({**draft, "guidance": edited})
    return {**edited, **edit_fields(GuidanceKind, edited, key, choices, path="guidance", errors=errors)}


def _edit_measure(measure: Draft | None, choices: Choices, key: str, errors: FieldErrors) -> Draft | None:
    """What is read off, when it is not what guides."""
    what = ["what guides", "another reward", *(["a label"] if choices["label"] else [])]
    start = 0 if measure is None else 2 if measure.get("label") is not None and len(what) > 2 else 1
    picked = st.selectbox("Read off", what, index=start, key=f"{key}.what")
    errors.below("measure")
    if picked == "another reward":
        reward = (measure or {}).get("reward") or {"kind": "expression", "expression": "1 + x**2"}
        edited = edit_kind(REWARDS, reward, f"{key}.reward", choices, path="measure.reward", errors=errors)
        return {"reward": edited, "label": None}
    if picked == "a label":
        labels = choices["label"]
        present = (measure or {}).get("label")
        start = labels.index(present) if present in labels else 0
        return {"reward": None, "label": st.selectbox("read-off label", labels, index=start, key=f"{key}.label")}
    return None


def _choices(target: Draft) -> Choices:
    """What depends on the target: its labels and its dimension, none while its description is not valid."""
    return _choices_of(json.dumps(target))


@lru_cache(maxsize=64)
def _choices_of(target: str) -> Choices:
    try:
        kind = TARGETS.parse(json.loads(target))
        assert isinstance(kind, TargetKind)
        law = kind.build()
    except (GdvizError, ValueError):
        return {"label": []}
    return {"label": list(law.labels), DIMENSION: [str(law.dimension)]}


def _with_another_target(edited: Draft) -> Draft:
    """The Experiment with another kind of target, whose labels guidance may have to follow."""
    with contextlib.suppress(GdvizError, ValueError):
        kind = TARGETS.parse(edited["target"])
        assert isinstance(kind, TargetKind)
        return with_target(edited, kind, kind.build().labels)
    return edited


def _edit_run(draft: Draft, key: str, errors: FieldErrors) -> Draft:
    w = st.text_input(
        "Guidance scales w (w = 0 is no guidance; gamma = 1 + w is called guidance_scale elsewhere)",
        ", ".join(value if isinstance(value, str) else f"{value:g}" for value in draft.get("w", [0, 1])),
        key=f"{key}.w",
        help=_meaning("w"),
    )
    errors.below("w")
    remark_on_commas(w)
    left, middle = st.columns(2)
    right, new = st.columns(2, vertical_alignment="bottom")
    count = int(draft.get("particles", 4000))
    particles = left.number_input(
        "particles", 2, MAX_PARTICLES, count, step=500, key=f"{key}.particles", help=_meaning("particles")
    )
    moments = int(draft.get("frames", 60))
    frames = middle.number_input("frames", 2, 400, moments, step=10, key=f"{key}.frames", help=_meaning("frames"))

    def draw_seed() -> None:
        st.session_state[f"{key}.seed"] = secrets.randbelow(10**6)

    seed_key = f"{key}.seed"
    if seed_key not in st.session_state:
        st.session_state[seed_key] = int(draft.get("seed", 0))
    seed = right.number_input("seed (the same seed replays the same paths)", 0, None, step=1, key=seed_key, help=_meaning("seed"))
    new.button("New seed", on_click=draw_seed, key=f"{key}.new", icon=":material/casino:")
    for name, place in (("particles", left), ("frames", middle), ("seed", right)):
        with place:
            errors.below(name)
    return {"w": parse_numbers(w), "particles": particles, "frames": frames, "seed": seed}


def _meaning(field: str) -> str | None:
    words = Experiment.model_fields[field].description
    return None if words is None else as_typed(words)


def _opened(data: bytes, edited: Draft) -> Draft:
    """An Experiment from its file, or the present one with a target from a file that holds nothing else (`gdviz import`)."""
    value = None
    with contextlib.suppress(ValueError, RecursionError):
        value = json.loads(data)
    if isinstance(value, dict) and isinstance(value.get("kind"), str) and value["kind"] in TARGETS.kinds:
        target = Experiment.parse({"target": value, "guidance": {"kind": "none"}, "w": [0]}).target
        return with_target(edited, target, target.build().labels)
    return Experiment.from_json(data).model_dump(mode="json")


def _edit_file(edited: Draft, key: str, open_file: Callable[[Draft], None]) -> None:
    st.download_button(
        "Save this experiment",
        json.dumps(edited, indent=1),
        "experiment.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
        key=f"{key}.save",
    )
    called = "Open an Experiment file, or a target of gdviz import"
    upload = st.file_uploader(called, type="json", key=f"{key}.open", max_upload_size=MAX_FILE >> 20)
    if upload is not None:
        try:
            opened = _opened(upload.getvalue(), edited)
        except GdvizError as error:
            st.error(as_typed(str(error)), icon=":material/error:")
            return
        open_file(opened)
        st.rerun()
    with st.expander("The experiment as JSON"):
        st.json(edited, expanded=1)
