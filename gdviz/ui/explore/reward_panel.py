"""What a reward is on the target, before anything runs: its numbers and a picture below its fields, or why it is refused."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from gdviz.errors import GdvizError
from gdviz.figures.reward import reward_figure
from gdviz.misfit import placed
from gdviz.rewards import REWARDS, RewardKind, RewardRefused
from gdviz.targets import TARGETS, TargetKind
from gdviz.ui.explore.draft_places import value_at
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import PLAIN, palette, show_figure
from gdviz.ui.parts.table_form import Draft

if TYPE_CHECKING:
    from gdviz.laws import Law
    from gdviz.metrics.reward_summary import Known, RewardSummary

REWARD_PLACES = ("guidance.reward", "measure.reward")
"""Where an Experiment has a reward."""

_MEAN = {
    "closed form": "The mean is exact, in closed form.",
    "the points": "The mean is exact, a sum over the target's points.",
    "grid": "The mean is a sum over a grid.",
    "samples": "The mean is one of 10,000 samples, give or take its 95 % interval.",
}
_WORTH = (
    "The effective sample: points of the target, weighted by r, are worth (E r)^2 / E r^2 as many points of the tilted law. "
    "Training toward it, or reweighting samples, has so much to work with."
)
_LINES = "Blue lines hold 50 and 90 % of the target."
_WHERE_ZERO = "Blue lines hold 50 and 90 % of the target; on the black one r = 0."


class RefusedReward(NamedTuple):
    """A sentence that begins with the place of the reward, the place, and what was raised."""

    sentence: str
    path: str
    error: GdvizError


def show_reward(draft: Draft, path: str = REWARD_PLACES[0]) -> None:
    """Draw it; nothing where target or reward cannot be read, or do not fit each other, which is said below their fields."""
    table, source, chart, lines = (st.empty() for _ in range(4))  # always there, so that what is below stays in its place
    found = _looked_at(draft, path)
    if found is None or isinstance(found, GdvizError):
        return
    numbers = _numbers(found)
    names, values = " | ".join(as_typed(name) for name in numbers), " | ".join(as_typed(value) for value in numbers.values())
    table.caption(f"| {names} |\n|{'---|' * len(numbers)}\n| {values} |")
    if found.mean is not None:
        source.caption(as_typed(_MEAN[found.mean.source]), help=as_typed(_WORTH))
    picture = found.picture
    if picture is None:
        return
    least, most = (f"{_plain(end.value)} at ({', '.join(f'{c:.3g}' for c in end.at)})" for end in (found.least, found.most))
    beside = "" if picture.tilted is None else " Beside it the tilted law."
    with chart:
        show_figure(reward_figure(picture, palette()), f"The reward r on the target: from {least} to {most}.{beside}", PLAIN)
    if len(picture.axes) > 1:
        lines.caption(as_typed(_LINES if picture.tilted is not None else _WHERE_ZERO))


def _numbers(found: RewardSummary) -> dict[str, str]:
    """What stands in the table, by heading; what is not known is left out."""
    known = {
        "min r": _plain(found.least.value),
        "mean r": "" if found.mean is None else _number(found.mean),
        "max r": _plain(found.most.value),
        "effective sample": "" if found.data_share is None else _percent(found.data_share.value),
    }
    return {name: number for name, number in known.items() if number}


def refused_reward(draft: Draft) -> RefusedReward | None:
    """Why a reward of a draft cannot be had on its target; None where it can, or where either cannot be read."""
    for path in REWARD_PLACES:
        found = _looked_at(draft, path)
        if isinstance(found, GdvizError):
            return RefusedReward(_sentence(found, path), path, found)
        if found is not None and found.refusal is not None:
            return RefusedReward(_sentence(found.refusal, path, found.refused_share), path, found.refusal)
    return None


def _sentence(error: GdvizError, path: str, share: float | None = None) -> str:
    """The refusal with its place in the Experiment and how much of the target it is about, its repairs left to buttons."""
    said = error.found if isinstance(error, RewardRefused) and error.repairs else str(error)
    said = re.sub(r"^reward((?:\.of\[\d+\])*)", lambda place: path + re.sub(r"\[(\d+)\]", r".\1", place[1]), said)
    if share is None or "found r = " not in said:
        return said
    much = "less than 0.1 %" if share < 1e-3 else f"about {_percent(share)}"
    return f"{said} It is not on {much} of the target."


def _looked_at(draft: Draft, path: str) -> RewardSummary | GdvizError | None:
    try:
        target, reward = TARGETS.parse(draft["target"]), REWARDS.parse(value_at(draft, path))
    except (GdvizError, ValueError, KeyError):
        return None
    return _summary(target.model_dump_json(), reward.model_dump_json(), path)


@lru_cache(maxsize=64)
def _summary(target: str, reward: str, path: str) -> RewardSummary | GdvizError:
    """A page asks for the same one whenever it is drawn."""
    from gdviz.metrics.reward_summary import reward_summary

    kind = REWARDS.parse(json.loads(reward))
    assert isinstance(kind, RewardKind)
    try:
        with placed(path, kind):
            return reward_summary(_law(target), kind)
    except GdvizError as error:
        return error


@lru_cache(maxsize=8)
def _law(target: str) -> Law:
    kind = TARGETS.parse(json.loads(target))
    assert isinstance(kind, TargetKind)
    return kind.build()


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


def _plain(value: float) -> str:
    return f"{value:.3g}"


def _number(known: Known) -> str:
    """In three digits, with its error where that shows in them."""
    shown = f"{known.value:.3g}"
    return shown if known.error <= 5e-4 * abs(known.value) else f"{shown} ± {known.error:.1g}"

