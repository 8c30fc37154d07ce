"""The slope at w = 0 against KL, over random mixtures."""

from __future__ import annotations

from dataclasses import dataclass

from gdviz.progress import part
from gdviz.record import Answer
from gdviz.studies import Study, StudyContext
from gdviz.theory.slope import SlopePoint

STEPS = 200


@dataclass(frozen=True)
class SlopeAnswer(Answer):
    """Random mixtures, guided by a label or a reward.

    Attributes
    ----------
    points : tuple of SlopePoint
    misfit : float or None
        Root mean square of (measured - exact) over their errors.
    skipped : int
        Draws that were left out beforehand: the exact variance of f is too large.
    particles : int
        At each w of each mixture.
    """

    points: tuple[SlopePoint, ...]
    misfit: float | None
    skipped: int
    particles: int


@dataclass(frozen=True)
class SlopeTopic(Study[SlopeAnswer]):
    """Measured slopes beside 2 E f KL, which needs no simulation.

    Attributes
    ----------
    particles, seed : int
    mixtures : int
    """

    name = "theory-slope"
    answer = SlopeAnswer

    particles: int
    seed: int
    mixtures: int = 16

    def run(self, context: StudyContext) -> SlopeAnswer:
        from gdviz.samplers.ddpm import Ddpm
        from gdviz.theory.slope import misfit, random_plans, slope_point

        sampler = Ddpm(steps=STEPS)
        levels, points = sampler.build_levels(), list[SlopePoint]()
        for plan, skipped in random_plans(self.mixtures, self.seed):
            progress = part(context.progress, len(points) / self.mixtures, 1 / self.mixtures)
            points.append(slope_point(plan, sampler, levels, self.particles, self.seed + len(points), progress))
            complete = len(points) == self.mixtures
            answer = SlopeAnswer(tuple(points), misfit(points), skipped, self.particles, complete=complete)
            if not complete:
                context.partial(answer)
        return answer
