"""What the page of learned weights says of its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdviz.studies.weights.contest import interval

if TYPE_CHECKING:
    from gdviz.studies.weights.learned import SeedContest

    Contests = Sequence[SeedContest]


def methods(contests: Contests) -> list[str]:
    """In the order of the run; the learned weights last."""
    return list(contests[0].energy)


def sentence(title: str, contests: Contests) -> str:
    """Who is nearest to the truth, and whether the seeds tell them apart."""
    energy = {name: 1000 * np.array([each.energy[name] for each in contests]) for name in methods(contests)}
    learned = energy["learned"]
    parts = [_against(name, words, learned, energy[name]) for name, words in (("best constant", "the"), ("none", ""))]
    seeds = f"{len(contests)} seeds" if len(contests) > 1 else "one seed"
    means = ", ".join(f"{name} {values.mean():.3g}" for name, values in energy.items())
    return f"{title}: energy distance x 1000 to the truth, mean of {seeds}: {means}. {' '.join(parts)}"


def _against(name: str, article: str, learned: NDArray[np.float64], other: NDArray[np.float64]) -> str:
    """Learned weights against one other method, with the paired interval."""
    called = "no guidance" if name == "none" else f"{article} {name}"
    if np.array_equal(learned, other):
        return f"Learned weights sample what {called} does."
    if len(learned) < 2:
        return f"Against {called} one seed says nothing of the others."
    low, high = interval(learned - other)
    if high < 0:
        return f"Learned weights come nearer than {called} by {-high:.3g} to {-low:.3g} (95 %, paired)."
    if low > 0:
        return f"Learned weights stay farther than {called} by {low:.3g} to {high:.3g} (95 %, paired)."
    return f"Learned weights and {called} are not told apart (95 %, paired: {signed(low)} to {signed(high)})."


def signed(value: float) -> str:
    """Three digits, with a minus sign that is one."""
    return f"{value:.3g}".replace("-", "−", 1)
