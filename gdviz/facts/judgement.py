"""What was found of samples from anywhere: each goal law, the tests against it, and the sentence that sums them up."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from gdviz.facts.law_tests import LEVEL, LawTest, adjusted
from gdviz.metrics.tails import Tail
from gdviz.metrics.two_sample import ClassifierTest

NAMED = 3
"""Differences that a sentence names."""


@dataclass(frozen=True)
class Fit:
    """The samples beside one goal law.

    Attributes
    ----------
    name, title : str
        ``plain``, ``conditional``, ``powered`` or ``tilted``, and how it is written.
    distance, se, floor : float or None
        Energy distance (unbiased, so it may be below 0), its standard error, and what samples of the goal itself show in 95 %
        of cases; None where the goal cannot be sampled exactly. No standard error within the floor: there the distance is not
        normal.
    mean_reward, mean_reciprocal : float or None
        Of the goal law itself; the reciprocal's mean is None where its tail is too heavy for as many samples as were given.
    mode_weights : tuple of float
        The goal law's share of each mode.
    mode_weight_tv : float or None
        Total variation between the mode weights of the samples and of the goal law.
    classifier : ClassifierTest or None
        Whether a classifier tells the samples from the goal's own.
    tests : tuple of LawTest
        On all samples, but for the distance.
    """

    name: str
    title: str
    distance: float | None
    se: float | None
    floor: float | None
    mean_reward: float | None = None
    mean_reciprocal: float | None = None
    mode_weights: tuple[float, ...] = ()
    mode_weight_tv: float | None = None
    classifier: ClassifierTest | None = None
    tests: tuple[LawTest, ...] = ()

    @property
    def within_floor(self) -> bool:
        """Whether the distance is one that samples of the goal show too."""
        return self.distance is not None and self.floor is not None and self.distance <= self.floor

    @property
    def p_values(self) -> dict[str, float]:
        """p-value of each kind of test, for the number of all of them."""
        return adjusted(list(self.tests))

    @property
    def told_by(self) -> tuple[str, ...]:
        """The kinds of test that tell the samples from the goal."""
        return tuple(kind for kind, p in self.p_values.items() if p <= LEVEL)

    @property
    def agrees(self) -> bool:
        """Whether nothing tells the samples from the goal."""
        return self.distance is not None and not self.told_by

    @property
    def differences(self) -> str:
        """What tells them apart, the surest first, with p-values for the number of tests."""
        phrases = []
        for kind, p in sorted(self.p_values.items(), key=lambda item: item[1]):
            if p <= LEVEL:
                worst = min((test for test in self.tests if test.kind == kind), key=_surest)
                phrases.append(f"{worst.off} ({_p(p)})")
        return _and(phrases[:NAMED])

    @property
    def would_have_shown(self) -> str:
        """The smallest differences that would have been seen in 95 % of cases."""
        said = []
        for kind, words in (("mean", "a mean off by {:.2g}"), ("share", "a mode's share by {:.2g}")):
            if seen := [test.smallest for test in self.tests if test.kind == kind and test.smallest is not None]:
                said.append(words.format(max(seen)))
        wide = [t.smallest / t.expected for t in self.tests if t.kind == "spread" and t.smallest is not None and t.expected]
        if wide:
            said.insert(1, f"a spread by {100 * max(wide):.2g} %")
        said += [f"{t.what} by {t.smallest:.2g}" for t in self.tests if t.kind == "reward" and t.smallest is not None]
        return _and(said)


@dataclass(frozen=True)
class Judgement:
    """What can be said of samples from anywhere.

    Attributes
    ----------
    samples, nonfinite : int
        How many were given, and how many of them are not finite and left out.
    fits : tuple of Fit
        One a goal law.
    reward_title : str or None
    mean_reward, se_reward, mean_reciprocal, se_reciprocal : float or None
        Of the samples; the reciprocal's mean is None where `tail` says that it cannot be estimated.
    tail : Tail or None
    off_support : float or None
        Share of samples where the target has next to no mass.
    spread : float
        Root of the trace of the covariance.
    modes : tuple of str
    mode_weights : tuple of float
        Share of the samples at each mode: of those whose nearest component mean it is.
    remarks : tuple of str
        How the file was read, and what copies among the samples mean.
    """

    samples: int
    nonfinite: int
    fits: tuple[Fit, ...]
    reward_title: str | None
    mean_reward: float | None
    se_reward: float | None
    mean_reciprocal: float | None
    se_reciprocal: float | None
    tail: Tail | None
    off_support: float | None
    spread: float
    modes: tuple[str, ...] = ()
    mode_weights: tuple[float, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def nearest(self) -> Fit | None:
        """Of the goal laws that nothing tells the samples from, else of all, the one whose distance is the least of its floor."""
        return nearest(self.fits)

    @property
    def sentence(self) -> str:
        """Which goal law the samples may follow, what was tested, and what would have shown; or that it is none of them."""
        nearest = self.nearest
        if nearest is None:
            return "No goal law can be sampled here, so there is nothing to compare with."
        if not nearest.agrees:
            return f"None of them: the nearest goal law is {nearest.title}, but {nearest.differences}."
        others = [fit.title for fit in self.fits if fit.agrees and fit is not nearest]
        nor = f", nor from {_and(others)}" if others else ""
        tested = _and([WORDS.get(kind, f"mean {self.reward_title}") for kind in nearest.p_values])
        shown = nearest.would_have_shown
        said = f"The nearest goal law is {nearest.title}: nothing tested tells the samples from it{nor}. Tested: {tested}, "
        said += f"with {100 * LEVEL:g} % false alarms together."
        return said + (f" In 95 % of cases {shown} would have shown; less may be there." if shown else "")

    def to_dict(self) -> dict[str, Any]:
        """The judgement as plain values."""
        return {**asdict(self), "sentence": self.sentence}


WORDS = {
    "mean": "the mean",
    "spread": "spread and correlation",
    "share": "mode shares",
    "distance": "an energy distance",
    "classifier": "a classifier",
}


def nearest(fits: tuple[Fit, ...]) -> Fit | None:
    """See `Judgement.nearest`."""
    known = [fit for fit in fits if fit.distance is not None and fit.floor]
    return min(known, key=lambda fit: (not fit.agrees, (fit.distance or 0.0) / (fit.floor or 1.0)), default=None)


def _surest(test: LawTest) -> float:
    return test.p_value


def _p(p: float) -> str:
    return f"p = {p:.1g}" if p > 1e-99 else "p below 1e-99"


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
