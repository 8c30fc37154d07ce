"""The seam between laws and the scores that a sampler uses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.family import Family, Kind
from gdviz.laws import Law, Pair
from gdviz.laws.law import Origin
from gdviz.networks import Checkpoint, Recipe, WeightRecipe

SCORES = Family("score", "gdviz.scores")

Score = Callable[[Tensor, float], Tensor]
"""(x of shape [..., d], noise variance t) -> score of shape [..., d]."""

Base = Literal["toward", "away"]
"""Which of a pair's two laws is sampled without guidance."""


class Scores(ABC):
    """Gives the score of a law, or of two laws at once."""

    @property
    def by_part(self) -> bool:
        """Whether one law has another score as `toward` than as `away`."""
        return False

    @abstractmethod
    def single(self, law: Law, labelled: bool = False) -> Score:
        """The score that stands for grad log p_t of `law`.

        `labelled` says that it is used beside that of a law given a label, so that one network can know both.
        """

    @abstractmethod
    def pair(self, toward: Law, away: Law, base: Base = "toward") -> Pair:
        """Both scores of a guided sampler, their difference and, where known, the density ratio.

        `base` says which of the two is followed without guidance; a source that has another score for that part
        gives it in that place.
        """


What = Literal["score", "conditional", "tilted", "classifier", "weights"]
"""What a network can learn, as in a training task."""


@dataclass(frozen=True)
class Wanted:
    """A network that a score asks for, or a learned schedule.

    Attributes
    ----------
    what : {"score", "conditional", "tilted", "classifier", "weights"}
    origin : Given, TiltedBy or None
        What was done to the target: a tilted law's reward.
    recipe, steps, seed
        How it is trained.
    """

    what: What
    origin: Origin | None
    recipe: Recipe | WeightRecipe
    steps: int
    seed: int


def _none_trained(wanted: Wanted) -> Checkpoint:
    raise GdvizError("score: found a network, but nothing here can train or load one; use gdviz.run or build_trained.")


def _none_stored(name: str) -> Checkpoint:
    raise GdvizError("score: found a checkpoint, but there is no store here to load it from; use gdviz.run or build_trained.")


@dataclass(frozen=True)
class ScoresContext:
    """Where learned scores come from.

    Attributes
    ----------
    trained : callable
        Wanted -> its network, trained if it is not there yet.
    stored : callable
        id -> the network stored under it.
    own_code : bool
        Whether the reader's own Python file may be run: on the command line alone, when asked for by name.
    given : callable, optional
        The network that was given from Python, for an Experiment that names it as its own.
    """

    trained: Callable[[Wanted], Checkpoint] = _none_trained
    stored: Callable[[str], Checkpoint] = _none_stored
    own_code: bool = False
    given: Callable[..., Tensor] | None = None


class ScoresKind(Kind):
    """Description of where scores come from."""

    @property
    def source(self) -> str:
        """Where the scores come from, in a few words, as titles and legends say it."""
        return self.card.title[:1].lower() + self.card.title[1:]

    def build(self, context: ScoresContext) -> Scores:
        """Make the source of scores.

        Raises
        ------
        GdvizError
            If a network is needed that is not there.
        """
        raise NotImplementedError
