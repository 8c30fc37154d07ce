"""Exact scores, a trained network's, or both side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

Source = Literal["exact", "network", "both"]
SOURCES: tuple[Source, ...] = ("exact", "network", "both")

_HELP = (
    "Where the scores come from: the law's own, a network trained on samples of it, or both on the same noise. "
    "A network that is missing is trained first, while the page can be used."
)


def own_source(experiment: Mapping[str, Any]) -> Source:
    """What an Experiment (its dictionary) itself says."""
    score = experiment.get("score")  # of a link that nobody has looked at, it may be anything
    kind = score.get("kind", "exact") if isinstance(score, Mapping) else "exact"
    return "exact" if kind == "exact" else "network"


_WORDS = {"exact": "Exact score", "network": "Network", "both": "Both"}


def choose_source(chosen: Source, key: str, label: bool = False, on_change: Callable[[], None] | None = None) -> Source:
    """The switch, with its label above it or for screen readers alone. What the session holds under its key is what is chosen."""
    picked = st.segmented_control(
        "Score",
        SOURCES,
        default=None if key in st.session_state else chosen,
        format_func=_WORDS.__getitem__,
        key=key,
        required=True,
        on_change=on_change,
        help=_HELP if label else None,
        label_visibility="visible" if label else "collapsed",
    )
    return picked or chosen


def with_source(experiment: Experiment, source: Literal["exact", "network"]) -> Experiment:
    """The same run on exact scores, or on a network's: its own, or the usual one where its scores are exact."""
    from gdviz.scores.exact import Exact
    from gdviz.scores.network import Network

    exact = isinstance(experiment.score, Exact)
    if exact == (source == "exact"):
        return experiment
    return experiment.model_copy(update={"score": Exact() if source == "exact" else Network()})
