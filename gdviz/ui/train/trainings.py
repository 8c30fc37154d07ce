"""The list of trainings: what each does, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from gdviz.experiment import Experiment
from gdviz.networks import Recipe
from gdviz.presets import load, names
from gdviz.store.kept import LONGEST_NAME, Kept, name_of
from gdviz.ui.explore.opened import Opened, open_
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.required_networks import duration, share_of, words_of
from gdviz.ui.parts.runs import attempt
from gdviz.ui.parts.visitor import asker
from gdviz.ui.parts.workers import library, trainings

if TYPE_CHECKING:
    from gdviz.jobs.training import Training
    from gdviz.training import Task

WATCHED = "train.watched"
_ASKING = "train.asking"  # the button whose question a box asks, as its key
LISTED = 6
"""Finished trainings in sight; the others are folded away."""

_STATES = {
    "waiting": ":material/hourglass_empty: waiting",
    "running": ":material/autorenew: running",
    "paused": ":material/pause_circle: paused",
    "done": ":material/check_circle: done",
    "failed": ":material/error: failed",
}


def show_list(known: Sequence[Training], chosen: Sequence[Task], watched: str | None) -> None:
    """One box a training; finished ones that are neither chosen nor among the newest are folded away."""
    st.header("Trainings", anchor=False)
    st.caption(f"{'' if known else 'None yet. '}They go on when this tab is closed, and are found again here.")
    mine = {task.id for task in chosen} | {watched}
    ahead = [training for training in known if training.state != "done" or training.id in mine]
    done = [training for training in known if training not in ahead]
    for training in ahead + done[:LISTED]:
        _box(training, training.id == watched)
    if done[LISTED:]:
        with st.expander(f"{len(done) - LISTED} more trained networks"):
            for training in done[LISTED:]:
                _box(training, training.id == watched)


def _box(training: Training, watched: bool) -> None:
    task, key = training.task, f"train.{training.id[:12]}"
    with st.container(border=True, key=f"{key}.box"):
        name = names_of_mine().get(training.id, "")
        st.markdown(f"**{as_typed(name or task.title)}**")
        if about := ", ".join([*[task.title] * bool(name), *filter(None, [_scene_title(task.canonical())])]):
            st.caption(as_typed(about))
        others = "" if trainings().may_change(training.id, asker()) or not training.owners else " · another visitor's"
        st.caption(f"{_STATES[training.state]} {as_typed(_result(training))} · {_recipe(task)}{others}")
        if training.state in ("waiting", "running"):
            st.progress(share_of(training), text=as_typed(words_of(training, "it")))
        elif training.state == "paused" and training.report is not None:
            st.progress(share_of(training), text=f"Paused at step {training.report.saved:,} of {task.steps:,}")
        if training.error:
            st.error(as_typed(training.error), icon=":material/error:")
        with st.container(horizontal=True, gap="small"):
            _buttons(training, watched, key)
        question = st.empty()  # emptied at once, not when the page's run has ended
        if st.session_state.get(_ASKING) == f"{key}.name":
            with question.container():
                _ask_name(training.id, name, key)
        elif st.session_state.get(_ASKING) == f"{key}.remove":
            with question.container():
                _ask_removal(training, watched, key)


def _buttons(training: Training, watched: bool, key: str) -> None:
    jobs, id, who = trainings(), training.id, asker()
    mine = jobs.may_change(id, who)

    def look() -> None:
        st.session_state[WATCHED] = id

    def ask(what: str) -> None:
        again = st.session_state.get(_ASKING) == f"{key}.{what}"
        st.session_state[_ASKING] = None if again else f"{key}.{what}"

    st.button(
        "Watch", icon=":material/visibility:", on_click=look, disabled=watched, key=f"{key}.watch", help=_shown_here(watched)
    )
    st.button("Name", icon=":material/edit:", on_click=ask, args=("name",), key=f"{key}.name")
    if mine and _is_ours(id):
        st.button("Remove", icon=":material/delete:", on_click=ask, args=("remove",), key=f"{key}.remove")
    # One key for both, and last: a pressed button keeps the focus, and would stay beside the one that replaces it.
    if mine and training.state in ("waiting", "running"):
        keeps = "What is learned so far is kept; Resume goes on from there."
        stop = ":material/stop:"
        st.button("Cancel", icon=stop, on_click=attempt, args=(jobs.cancel, id, who), key=f"{key}.turn", help=keeps)
    if training.state in ("paused", "failed"):
        go, more = ":material/play_arrow:", "Goes on from the last saved step."
        st.button("Resume", icon=go, on_click=attempt, args=(jobs.resume, id, who), key=f"{key}.turn", help=more)
    if training.state == "done" and st.button("Open in Explore", icon=":material/animation:", key=f"{key}.explore"):
        open_(Opened(None, scene_of(training.task).model_dump(mode="json")))
        st.switch_page("pages/explore.py")


def names_of_mine() -> dict[str, str]:
    """The names that this visitor gave to trainings, by their ids; nobody else sees them."""
    return _names().of(asker().visitor)


def _names() -> Kept:
    return Kept(library().root, "trainings")


def _ask_name(id: str, name: str, key: str) -> None:
    """A box for a name of one's own."""

    def keep() -> None:
        attempt(lambda: _names().put(asker().visitor, id, name_of(st.session_state[f"{key}.named"])))
        st.session_state[_ASKING] = None

    help = "Only you see it. Empty: the name that says what is learned."
    st.text_input("Your name for it", name, LONGEST_NAME, key=f"{key}.named", help=help, on_change=keep)


def _ask_removal(training: Training, watched: bool, key: str) -> None:
    """What is lost, before it is."""
    lost = "The network" if training.state == "done" else "What is learned so far"

    def close() -> None:
        st.session_state[_ASKING] = None

    def remove() -> None:
        close()
        if watched:
            st.session_state.pop(WATCHED, None)
        attempt(trainings().remove, training.id, asker())

    st.warning(f"{lost} is deleted; it would have to be trained again.", icon=":material/delete:")
    with st.container(horizontal=True, gap="small"):
        st.button("Delete it", on_click=remove, key=f"{key}.delete")
        st.button("Keep it", on_click=close, key=f"{key}.keep")


def _is_ours(id: str) -> bool:
    """Whether it is in the store; a network that came with the program is not, and stays."""
    return any((library().root / section / id).is_dir() for section in ("networks", "trainings"))


def _shown_here(watched: bool) -> str | None:
    return "Its figures are on this page now." if watched else None


def _result(training: Training) -> str:
    report = training.report
    if training.state != "done" or report is None:
        return ""
    error = f", score error {report.error_words}" if report.error_words else ""
    return f"in {duration(report.seconds)}{error}"


def _recipe(task: Task) -> str:
    """Steps, seed, and what the recipe does differently from the usual one."""
    if task.weights is not None:
        return f"{task.steps:,} steps, seed {task.seed:d}"
    usual, exact = Recipe(), task.recipe.objective == "exact"
    others = [
        f"{name.replace('_', ' ')} {getattr(task.recipe, name)}"
        for name in Recipe.model_fields
        if getattr(task.recipe, name) != getattr(usual, name) and not (exact and name == "objective")
    ]
    said = as_typed(", ".join([f"{task.steps:,} steps", f"seed {task.seed}", *others]))
    return f"{said}, **uses the known density**" if exact else said


@st.cache_data(max_entries=256, show_spinner=False)
def _scene_title(text: str) -> str:
    """The preset whose samples a task (JSON) learns from, by its title up to the laws."""
    from gdviz.training import Task

    task = Task.from_json(text)
    preset = next((name for name in names() if load(name).experiment.target == task.target), None)
    return "" if preset is None else load(preset).title.partition(":")[0]


# ---------------------------------------------------------------------- from a network to a scene
def scene_of(task: Task) -> Experiment:
    """A scene that runs on a task's network: a preset with that target and reward, or a plain one."""
    for name in names():
        preset = load(name).experiment
        if preset.target == task.target and _guides_alike(preset, task):
            plain = Experiment.parse(_plain(task))
            guidance = preset.guidance if task.weights is None else plain.guidance
            return preset.model_copy(update={"score": plain.score, "guidance": guidance})
    return Experiment.parse(_plain(task))


def _guides_alike(experiment: Experiment, task: Task) -> bool:
    guidance = experiment.guidance
    if task.what == "tilted":
        return getattr(guidance, "reward", None) == task.reward and (getattr(guidance, "form", "") == "cost") == task.cost
    if task.what == "score":
        return guidance.kind_name() in ("none", "reward")
    return guidance.kind_name() == "cfg"


def _plain(task: Task) -> dict[str, Any]:
    """An Experiment for any task."""
    recipe = task.recipe if task.weights is None else task.weights
    network: dict[str, Any] = {"recipe": recipe.model_dump(mode="json"), "steps": task.steps, "seed": task.seed}
    guidance: dict[str, Any] = {"kind": "none"}
    if task.reward is not None:
        reward = task.reward.model_dump(mode="json")
        guidance = {"kind": "reward", "form": "cost" if task.cost else "reward", "reward": reward}
    elif task.what != "score":
        guidance = {"kind": "cfg", "label": task.target.build().labels[0]}
    score = {"kind": "classifier" if task.what == "classifier" else "network", **network}
    if task.score is not None:  # guidance weights are learned for scores that stay as they are
        guidance["schedule"], score = {"kind": "learned", **network}, task.score.model_dump(mode="json")
    return {
        "target": task.target.model_dump(mode="json"),
        "guidance": guidance,
        "score": score,
        "sampler": {"kind": "ddpm", "steps": 300},
        "w": [0, 0.5, 1, 2, 3, 5] if task.what != "score" else [0],
        "particles": 2000,
    }
