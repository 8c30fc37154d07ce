"""What a reward is to the rest of the program."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.family import Family, Kind
from gdviz.rewards._breaks import Break
from gdviz.rewards._exponentials import Exponentials

REWARDS = Family("reward", "gdviz.rewards")

POTENTIALS_AS_REWARD_HINT = 'gives R = log r; wrap it as {"kind": "exp", "strength": 1, "of": {...}}'


class Reward(ABC):
    """A positive function r of a clean point, handled through log r throughout."""

    @abstractmethod
    def log(self, x: Tensor) -> Tensor:
        """log r(x) for x of shape [..., d]; shape [...], dtype of x. NaN or -inf where r <= 0."""

    def __call__(self, x: Tensor) -> Tensor:
        """r(x), shape [...]."""
        return torch.exp(self.log(x))

    def exponentials(self) -> Exponentials | None:
        """r as a sum of exponentials of quadratics, or None where it is not one."""
        return None

    def breaks(self) -> tuple[Break, ...]:
        """Functions whose zeros are where r may jump or bend; none where it is smooth."""
        return ()


class Potential(ABC):
    """A real function R of a clean point; exp(strength R) is a reward."""

    @abstractmethod
    def __call__(self, x: Tensor) -> Tensor:
        """R(x) for x of shape [..., d]; shape [...], dtype of x."""

    def exponent(self) -> Exponentials | None:
        """exp(R) as one exponential of a quadratic (m = 1), or None where R is not quadratic."""
        return None

    def breaks(self) -> tuple[Break, ...]:
        """Functions whose zeros are where R may jump or bend; none where it is smooth."""
        return ()


class Reciprocal(Reward):
    """The cost J = 1 / r read as a reward (MATH section 2, the cost form)."""

    def __init__(self, of: Reward) -> None:
        self.of = of

    def log(self, x: Tensor) -> Tensor:
        return -self.of.log(x)

    def exponentials(self) -> Exponentials | None:
        terms = self.of.exponentials()
        return None if terms is None else terms.power(-1)

    def breaks(self) -> tuple[Break, ...]:
        return self.of.breaks()


def _no_labels(label: str) -> Callable[[Tensor], Tensor]:
    raise GdvizError(f"found label {label!r}, but this target has no labels.")


@dataclass(frozen=True)
class RewardContext:
    """What a reward may know of the scene it is built for.

    Attributes
    ----------
    dimension : int
        d, the length of a point.
    log_posterior : callable
        label -> (x -> log p(label | x) at zero noise). Raises GdvizError on an unknown label.
    labels : tuple of str
    """

    dimension: int
    log_posterior: Callable[[str], Callable[[Tensor], Tensor]] = field(default=_no_labels)
    labels: tuple[str, ...] = ()


class RewardKind(Kind):
    """Description of a reward. `gives` says whether `build` makes r > 0 or a potential R.

    `examples` fit points with d = 2, `line_examples` fit d = 1.
    """

    gives: ClassVar[Literal["reward", "potential"]] = "reward"
    line_examples: ClassVar[tuple[dict[str, Any], ...]] = ()

    def build(self, context: RewardContext) -> Reward | Potential:
        """Make the function.

        Raises
        ------
        GdvizError
            If the parameters do not fit the dimension or the labels of the scene.
        """
        raise NotImplementedError


def build_reward(kind: RewardKind, context: RewardContext) -> Reward:
    """Build a kind that must give r > 0, refusing a bare potential with the wrap that mends it."""
    built = kind.build(context)
    if not isinstance(built, Reward):
        raise GdvizError(f"reward kind {kind.kind_name()!r} {POTENTIALS_AS_REWARD_HINT}.")
    return built
