"""The page of learned weights: watch them form, see what they gain, with and without a reward."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from gdviz.studies.weights.reward import RewardAnswer
from gdviz.studies.weights.subjects import PAPERS, PATH, reward_study, weights_study
from gdviz.ui.explore.opened import Opened, open_
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.runs import PROBLEM
from gdviz.ui.parts.waiting import wait_for_update
from gdviz.ui.parts.workers import library, where_computed
from gdviz.ui.weights.choice import WeightsChoice, choose
from gdviz.ui.weights.results import show_gain, show_losses, show_reward
from gdviz.ui.weights.table import show_table
from gdviz.ui.weights.watch import show_forming
from gdviz.ui.weights.work import Work, find_work

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

_INTRO = (
    "A schedule multiplies w step by step. Here it is **learned**: omega(c, s, t) ≥ 0, a small network of the class and of a "
    "step from flow time t down to s, never of the point. It is fitted so that guided particles look like clean points noised "
    "to s. An **under-trained** denoiser gains from guidance; a good one has nothing to gain, and omega goes to 0."
)


def page() -> None:
    """Choose, watch, read."""
    st.caption(_INTRO)
    choice = choose()
    study = weights_study(choice.target, choice.denoiser, choice.loss, choice.particles, choice.seeds, choice.steps)
    work = find_work(study)
    slot = _buttons(work, "weights", "Start", "weights and samples")
    answer = work.run.answer
    show_forming(choice, answer, study.watched(), library())
    if answer is not None:
        show_gain(choice, answer)
        show_table(choice)
        show_losses(choice, answer)
    reward, reward_slot = _reward(choice)
    _again(choice, study.experiment)
    st.caption(as_typed(where_computed()))
    began = time.monotonic()
    if work.active:
        wait_for_update(slot, lambda: work.look(began))
    if reward.active:
        wait_for_update(reward_slot, lambda: reward.look(began))


def _reward(choice: WeightsChoice) -> tuple[Work[RewardAnswer], Any]:
    """The reward version, of the paper's loss or of that along a path."""
    st.header("With a reward", anchor=False)
    loss = choice.loss if choice.loss in (PAPERS, PATH) else PAPERS
    work = find_work(reward_study(choice.target, choice.denoiser, loss))
    if loss != choice.loss:
        st.caption(":material/info: The reward version is of the paper's loss, whatever the loss above.")
    slot = None
    if not work.run.complete:
        slot = _buttons(work, "reward", "Train the grid of gamma_R", "a grid of reward strengths")
    answer = work.run.answer
    if answer is not None and answer.constant:
        show_reward(answer)
    return work, slot


def _buttons(work: Work[Any], key: str, start: str, what: str) -> Any:
    """Start or Resume, Cancel, Remove; and a place for what is going on."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"weights.buttons.{key}"):
        label, icon = ("Resume", ":material/play_arrow:") if work.begun and not work.active else (start, ":material/play_arrow:")
        if work.run.complete and not work.begun:
            label, icon = "Train it here", ":material/model_training:"
        nothing = work.active or (work.run.complete and work.trained)
        words = "The same choice gives the same numbers." if nothing and not work.active else None
        kind: Literal["primary", "secondary"] = "secondary" if work.run.complete else "primary"
        start, said = f"weights.{key}.start", as_typed(label)
        st.button(said, type=kind, icon=icon, on_click=work.start, disabled=nothing, help=words, key=start)
        keeps = "What is learned so far is kept; Resume goes on from there."
        cancel, icon = f"weights.{key}.cancel", ":material/stop:"
        st.button("Cancel", icon=icon, on_click=work.cancel, disabled=not work.active, help=keeps, key=cancel)
        if work.run.complete and any(each is not None for each in work.trainings):
            icon, forget = ":material/delete:", "Forgets the weights that were trained here."
            st.button("Remove", icon=icon, on_click=work.remove, help=forget, key=f"weights.{key}.remove")
        with st.container():
            slot = st.empty()
            _say(slot, work, what)
    return slot


def _say(slot: Any, work: Work[Any], what: str) -> None:
    if problem := (st.session_state.pop(PROBLEM, None) or work.problem):
        slot.error(as_typed(problem), icon=":material/error:")
    elif work.active:
        return
    elif work.run.complete:
        where = "These numbers came with the program" if work.came_with_program else "Finished"
        more = "" if work.trained else "; Train it here shows the weights of the first seed forming, live"
        slot.caption(f":material/check: {where}{more}.")
    elif work.begun:
        slot.info("Paused; Resume goes on from the last saved step.", icon=":material/pause_circle:")
    else:
        trainings = f"{len(work.tasks)} short trainings" if len(work.tasks) > 1 else "one short training"
        slot.info(as_typed(f"Not there yet: {what} need {trainings}, then the sampling."), icon=":material/info:")


_EXPLORE = "Networks that are not there are trained first."


def _again(choice: WeightsChoice, experiment: Experiment) -> None:
    """How to have the numbers again, elsewhere."""
    with st.expander("The Experiment behind this page", icon=":material/data_object:"):
        st.caption(
            "`gdviz weights FILE` trains its denoiser and its weights and prints omega; `gdviz run FILE` samples it at constants "
            "times the weights. Seeds of network and weights count up from 0. What came with the program is made by "
            "`python -m gdviz.build_assets weights`; the table over five seeds by `gdviz weights --table`."
        )
        text = json.dumps(experiment.model_dump(mode="json"), indent=1)
        name, icon = f"weights-{choice.target}-{choice.denoiser}.json", ":material/download:"
        if st.button("Open in Explore", icon=":material/animation:", key="weights.explore", help=_EXPLORE):
            open_(Opened(None, json.loads(text)))
            st.switch_page("pages/explore.py")
        st.download_button("Experiment", text, name, "application/json", icon=icon, on_click="ignore", key="weights.experiment")
        st.code(text, language="json", height=300)
