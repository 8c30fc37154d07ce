"""Whether error bars cover as often as they say."""

from __future__ import annotations

from collections.abc import Sequence

from scipy import stats

FALSE_ALARM = 1e-4


def coverage_is_nominal(covered: Sequence[bool], nominal: float = 0.95) -> None:
    """The number of intervals that hold the truth is binomial, two-sided at the false-alarm rate."""
    low, high = stats.binom.ppf([FALSE_ALARM / 2, 1 - FALSE_ALARM / 2], len(covered), nominal)
    assert low <= sum(covered) <= high, f"{sum(covered)} of {len(covered)} cover; expected {low:.0f} to {high:.0f}"
