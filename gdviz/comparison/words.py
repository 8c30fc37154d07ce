"""What a comparison says in words: which is nearest to the goal, and only where the seeds allow it."""

from __future__ import annotations

import math

from gdviz.comparison.answer import ComparisonAnswer, Entry, over_seeds

JUDGED = "sliced_w2"
"""The measure that says who is nearest: of the samples as they are, copies included, and never below 0."""

RATE = 0.05
"""Of a wrong statement about the nearest method, shared out among those that it is held against."""


def bar(values: tuple[float | None, ...]) -> float | None:
    """Half of the 95 % interval of a mean over seeds: Student's t, since they are few."""
    from scipy.stats import t

    se = over_seeds(values).se
    return None if se is None else float(t.ppf(0.975, len(values) - 1)) * se


def verdict(answer: ComparisonAnswer) -> str:
    """The methods that come nearest to the goal at the largest budget, in one sentence."""
    rivals = [e for e in answer.entries if e.at_goal and e.evaluations == max(x.evaluations for x in answer.entries)]
    known = [e for e in rivals if e.mean(JUDGED).value is not None]
    if not known:
        return "No method here aims at the goal." if not rivals else "Every method that aims at the goal ran away or died."
    known.sort(key=_distance)
    best, tied = known[0], [known[0]]
    for entry in known[1:]:
        if not apart(best, entry, len(known) - 1):
            tied.append(entry)
    spent = f"{best.evaluations:,} network evaluations a sample"
    on_floor = all(at_floor(entry, answer) for entry in tied)
    floor = "; two samples of the goal itself lie as far apart" if on_floor else ""
    if len(known) == 1:
        return f"{best.title} is the only method here that aims at the goal{floor}."
    if len(tied) == 1:
        return f"{best.title} comes nearest to {answer.goal} with {spent} (sliced W2){floor}."
    names = ", ".join(entry.title for entry in tied[:-1]) + f" and {tied[-1].title}"
    return f"With {spent}, {names} come nearest (sliced W2); {answer.seeds} seeds do not tell them apart{floor}."


def _distance(entry: Entry) -> float:
    value = entry.mean(JUDGED).value
    assert value is not None
    return value


def apart(best: Entry, other: Entry, comparisons: int) -> bool:
    """Whether the seeds tell that `best` is nearer than `other`: a paired t test of distances to the same goal samples."""
    from scipy.stats import t

    pairs = zip(other.values[JUDGED], best.values[JUDGED], strict=True)
    difference = over_seeds(tuple(None if a is None or b is None else a - b for a, b in pairs))
    if difference.value is None or difference.se is None:
        return False
    if difference.se == 0:
        return difference.value > 0
    seeds = len(other.values[JUDGED])
    return difference.value > float(t.ppf(1 - RATE / (2 * comparisons), seeds - 1)) * difference.se


def at_floor(entry: Entry, answer: ComparisonAnswer) -> bool:
    """Whether the distance is no larger than that between two samples of the goal, at the same rate."""
    mean, floor = entry.mean(JUDGED), over_seeds(answer.floors[JUDGED])
    if mean.value is None or mean.se is None or floor.value is None or floor.se is None:
        return False
    return mean.value - floor.value <= 3 * math.hypot(mean.se, floor.se)
