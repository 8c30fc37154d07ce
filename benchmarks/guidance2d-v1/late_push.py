"""Guidance that fades in as the noise falls."""

TITLE = "Late push"


def guided(problem, x, t, w):
    return problem.base(x, t) + 2 * (1 - t) * w * (problem.toward(x, t) - problem.away(x, t))
