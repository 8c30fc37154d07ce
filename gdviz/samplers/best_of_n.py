"""Best of n: run the base sampler n times, keep the end point with the largest reward."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Levels, Moment, Noise
from gdviz.family import Card
from gdviz.guidance import Guide, Guided, Plan
from gdviz.samplers._base_run import unguided
from gdviz.samplers._sampler import GuideLike, SamplerKind, Step
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.particles.needs import check_reward


class BestOfN(SamplerKind):
    """n independent runs of DDPM a particle; w > 0 keeps the largest r, w < 0 the smallest, w = 0 the first run.

    Every particle of the result is a sample of its own: the candidates are not counted. Its path is that of the candidate
    that won. How large w is does not matter; n takes its place.
    """

    step_rule: ClassVar[bool] = False

    kind: Literal["best_of_n"] = "best_of_n"
    n: Annotated[int, Field(ge=1, le=256, description="Runs from which the best is kept.")] = 4

    card = Card(
        title="Best of n",
        idea="Try n times, keep the best. Simple, and hard to beat for small n; what is rare is dear.",
        formula="argmax of r over n independent runs",
        base_law="p(x), or p(x | c) for a label",
        aims_at="the law of the best of n; its distance from p is at most log n - (n - 1) / n in KL",
        cost="n runs of the base sampler",
        citation="Nakano et al. 2021, arXiv 2112.09332",
    )
    examples = ({}, {"n": 16})

    def check(self, plan: Plan) -> None:
        check_reward(self.kind, plan)

    def yields(self, levels: Levels) -> int:
        return (self.n + 1) * levels.steps

    def evaluations_in(self, steps: int) -> int:
        return self.n * steps

    def run(self, guide: GuideLike, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        assert isinstance(guide, Guide) and guide.reward is not None
        sign = torch.as_tensor(guide.w, dtype=x.dtype, device=x.device).reshape(-1, 1).sign()  # [W, 1]
        best = torch.full(x.shape[:-1], -torch.inf, dtype=x.dtype, device=x.device)  # [W, n]
        winner = torch.zeros(x.shape[:-1], dtype=torch.long, device=x.device)  # [W, n]
        for draw in range(self.n):
            one = _Chosen(noise, torch.full_like(winner[:1], draw))
            for step in Ddpm().run(unguided(guide), levels, one, one.start()):
                yield _spread(step, len(x))
            value = sign * guide.reward.log(step.x)  # [W, n]
            value = torch.where(sign == 0, 0.0, value)
            wins = value > best
            best, winner = torch.where(wins, value, best), torch.where(wins, draw, winner)
        chosen = _Chosen(noise, winner)
        yield from Ddpm().run(unguided(guide), levels, chosen, chosen.start())


class _Chosen(Noise):
    """The noise of one of several draws, another for each particle.

    Parameters
    ----------
    noise : Noise
        Draw 0; `again` gives the others.
    draw : Tensor, shape [W, n]
    """

    def __init__(self, noise: Noise, draw: Tensor) -> None:
        self.draw = draw
        self.noises = {k: noise.again(k) if k else noise for k in draw.unique().tolist()}

    def start(self) -> Tensor:
        return self._of([noise.start() for noise in self.noises.values()])

    def step(self, moment: Moment) -> Tensor:
        return self._of([noise.step(moment) for noise in self.noises.values()])

    def _of(self, draws: list[Tensor]) -> Tensor:
        if len(draws) == 1:
            return draws[0].expand(*self.draw.shape, -1)  # [W, n, d]
        chosen = draws[0].T[:, None].repeat(1, len(self.draw), 1)  # [d, W, n]
        for k, z in zip(list(self.noises)[1:], draws[1:], strict=True):
            chosen = torch.where(self.draw == k, z.T[:, None], chosen)
        return chosen.movedim(0, -1)  # [W, n, d]


def _spread(step: Step, count: int) -> Step:
    """A step that is the same at every w."""
    guided = Guided(step.guided.base.expand(count, -1, -1), step.guided.push.expand(count, -1, -1), weight=0.0)
    return Step(step.moment, step.x.expand(count, -1, -1), step.before.expand(count, -1, -1), guided)
