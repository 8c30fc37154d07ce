"""What would mend a reward that is refused: the whole reward again, with the part at fault changed."""

from __future__ import annotations

from dataclasses import dataclass

from gdviz.errors import GdvizError
from gdviz.rewards._reward import POTENTIALS_AS_REWARD_HINT, RewardKind
from gdviz.rewards.exp import Exp
from gdviz.rewards.expression import Expression
from gdviz.rewards.product import Product
from gdviz.rewards.shift import Shift
from gdviz.rewards.sum import Sum

LONGEST = 140
"""Characters of a formula that is mended as a formula; a longer one becomes a part of another kind."""

LONGEST_SHOWN = 32
"""Characters of a mended formula that stands on a button."""


@dataclass(frozen=True)
class RewardRepair:
    """One way to mend a reward.

    Attributes
    ----------
    words : str
        What it does, as a button says it.
    reward : RewardKind
        The whole reward, mended.
    """

    words: str
    reward: RewardKind


class RewardRefused(GdvizError):
    """A reward that is refused on a target, and what would mend it.

    Attributes
    ----------
    found : str
        The refusal without its repairs, for whoever offers them in another way.
    repairs : tuple of RewardRepair
    """

    def __init__(self, sentence: str = "", found: str = "", repairs: tuple[RewardRepair, ...] = ()) -> None:
        super().__init__(sentence)
        self.found, self.repairs = found or sentence, repairs


def check_gives_reward(kind: RewardKind) -> None:
    """Refuse a potential R where a reward r must stand, alone or as a part of a sum or product.

    Raises
    ------
    RewardRefused
        Its repair puts each of them inside exp.
    """
    mended = _inside_exp(kind)
    if mended != kind:
        what = repr(kind.card.title) if kind.gives == "potential" else "a part"
        found = f"reward: found {what} that gives R, any real number; a reward is above 0, as exp(R) is."
        hint = f"reward kind {kind.kind_name()!r} {POTENTIALS_AS_REWARD_HINT}."
        raise RewardRefused(hint, found, (RewardRepair("Use exp(R)", mended),))


def positive_repairs(kind: RewardKind, place: tuple[int, ...], constant: float) -> tuple[RewardRepair, ...]:
    """The two ways to make a reward positive: exp of it, and a constant added to it.

    Parameters
    ----------
    kind : RewardKind
        The whole reward.
    place : tuple of int
        Of the part at fault: its number in a sum or product, in that part its part's number, and so on.
    constant : float
        Enough to lift the part above 0.
    """
    part = _part(kind, place)
    if isinstance(part, Expression) and len(part.expression) <= LONGEST:
        formula = part.expression.strip()
        texts = (f"exp({formula})", f"{constant:g} + ({formula})")
        mended: list[RewardKind] = [Expression(expression=text) for text in texts]
        words = [text if len(text) <= LONGEST_SHOWN else short for text, short in zip(texts, _words(constant), strict=True)]
    else:
        mended, words = [Exp(of=part), Shift(constant=constant, of=part)], list(_words(constant))
    return tuple(RewardRepair(f"Use {w}", _with_part(kind, place, m)) for w, m in zip(words, mended, strict=True))


def _words(constant: float) -> tuple[str, str]:
    return "exp(r)", f"r + {constant:g}"


def _part(kind: RewardKind, place: tuple[int, ...]) -> RewardKind:
    for number in place:
        assert isinstance(kind, Sum | Product)
        kind = kind.of[number]
    return kind


def _with_part(kind: RewardKind, place: tuple[int, ...], part: RewardKind) -> RewardKind:
    if not place:
        return part
    assert isinstance(kind, Sum | Product)
    number, *inner = place
    of = tuple(_with_part(each, tuple(inner), part) if k == number else each for k, each in enumerate(kind.of))
    return kind.model_copy(update={"of": of})


def _inside_exp(kind: RewardKind, may_be_potential: bool = False) -> RewardKind:
    """The same with every potential inside exp that stands where a reward must."""
    if isinstance(kind, Sum | Product):
        return kind.model_copy(update={"of": tuple(map(_inside_exp, kind.of))})
    if isinstance(kind, Exp | Shift):
        return kind.model_copy(update={"of": _inside_exp(kind.of, True)})
    return kind if may_be_potential or kind.gives == "reward" else Exp(of=kind)
