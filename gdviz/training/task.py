"""What is to be learned: everything that decides a trained network, and nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from gdviz.errors import GdvizError
from gdviz.family import Described
from gdviz.networks import Recipe, WeightRecipe
from gdviz.rewards import REWARDS, RewardKind
from gdviz.scores import SCORES, ScoresKind, Wanted
from gdviz.targets import TARGETS, TargetKind

What = Literal["score", "conditional", "tilted", "classifier", "weights"]


class Task(Described):
    """One network to train. Its `id` leaves out what only sampling needs (w, particles, sampler).

    Attributes
    ----------
    target : TargetKind
        The law p whose samples are the data.
    what : {"score", "conditional", "tilted", "classifier", "weights"}
        The score of p; of p and every p(. | label) in one network, by label dropout; of p r / E r (or of
        p (1/r) / E(1/r) where `cost`), without trajectories; log p_t(label | x); or guidance weights.
    reward : RewardKind or None
        r, for "tilted".
    cost : bool
        Tilt by 1 / r.
    score, weights : ScoresKind and WeightRecipe, or None
        For "weights": the scores that are guided, and the recipe in place of `recipe`.
    recipe, steps, seed
        How it is fitted.
    """

    format: Literal[1] = 1  # rises when the same task would train to another network: old checkpoints are then not taken
    target: Annotated[TargetKind, TARGETS]
    what: What = "score"
    reward: Annotated[RewardKind, REWARDS] | None = None
    cost: bool = False
    score: Annotated[ScoresKind, SCORES] | None = None
    weights: WeightRecipe | None = None
    recipe: Recipe = Recipe()
    steps: Annotated[int, Field(ge=1, le=1_000_000)] = 4000
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0

    @model_validator(mode="after")
    def _reward_where_it_is_needed(self) -> Task:
        if (self.what == "tilted") != (self.reward is not None):
            raise ValueError("a reward is given for what = 'tilted' and for nothing else")
        if {self.what == "weights"} != {self.score is not None, self.weights is not None}:
            raise ValueError("scores and a recipe of weights are given for what = 'weights' and for nothing else")
        return self

    @property
    def learned(self) -> str:
        """`what`, or "difference" where a tilted score is learned as what it adds to the score of p."""
        return "difference" if self.what == "tilted" and self.recipe.tilt == "difference" else self.what

    @property
    def base(self) -> Task | None:
        """The task whose network must be there first: that of p, for a difference."""
        if self.learned != "difference":
            return None
        return self.model_copy(update={"what": "score", "reward": None, "cost": False, "recipe": _without_tilt(self.recipe)})

    @property
    def title(self) -> str:
        """What is learned, as it is written on screen."""
        name = self.target.kind_name()
        tilt = "1/r" if self.cost else "r"
        words = {
            "score": "score of p(x)",
            "conditional": "scores of p(x) and p(x | label)",
            "tilted": f"score of p(x) {tilt}(x) / E {tilt}",
            "classifier": "log p(label | x)",
            "weights": "guidance weights",
        }
        guided = "" if self.score is None else f", {self.score.source}"
        return f"{words[self.what]}, {str(name).replace('_', ' ')}{guided}"

    def network(self, wanted: Wanted) -> Task:
        """The task of a network that the scores of this one ask for.

        Raises
        ------
        GdvizError
            If it is of a tilted law, which no label's guidance needs.
        """
        if wanted.what == "tilted" or not isinstance(wanted.recipe, Recipe):
            raise GdvizError(f"score: found scores that ask for {wanted.what!r}, for which there is no task here.")
        return Task(target=self.target, what=wanted.what, recipe=wanted.recipe, steps=wanted.steps, seed=wanted.seed)

    def canonical(self) -> str:
        """JSON with defaults filled and keys sorted: what is hashed. A recipe's tilt counts for tilted tasks alone.

        What only guidance weights have is left out of other tasks, and out of theirs the recipe that they do not use.
        """
        plain = self.model_dump(mode="json")
        for name in ("recipe",) if self.what == "weights" else ("score", "weights"):
            del plain[name]
        if self.what not in ("tilted", "weights"):
            plain["recipe"] = _without_tilt(self.recipe).model_dump(mode="json")
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @property
    def id(self) -> str:
        """sha256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @staticmethod
    def parse(value: Any) -> Task:
        """Validate a dictionary.

        Raises
        ------
        GdvizError
            If it is not a task.
        """
        try:
            return Task.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "task"
            raise GdvizError(f"{place}: {first['msg']}.") from None

    @staticmethod
    def from_json(text: str | bytes) -> Task:
        """Parse JSON text.

        Raises
        ------
        GdvizError
            If it is not JSON or not a task.
        """
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise GdvizError("task: found text that is not JSON.") from None
        return Task.parse(value)


def _without_tilt(recipe: Recipe) -> Recipe:
    return recipe.model_copy(update={"tilt": Recipe().tilt})
