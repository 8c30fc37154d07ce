"""SVDD: several children a step, one of which is chosen by its value."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from gdviz.diffusion import Levels, Moment, Noise
from gdviz.family import Card
from gdviz.guidance import Guide, Plan, Unified
from gdviz.guidance.look_aheads import LOOK_AHEADS, LookAheadKind, log_reward_ahead
from gdviz.guidance.look_aheads.tweedie import Tweedie
from gdviz.samplers._sampler import GuideLike, SamplerKind, Step
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.particles.needs import check_reward


class Svdd(SamplerKind):
    """A base step drawn `children` times; the child is chosen with probability proportional to exp(w v / temperature).

    v is log r of the child's look-ahead, of the child itself after the last step. Particles do not know each other. w = 0
    takes the first child: the base sampler on its own noise.
    """

    step_rule: ClassVar[bool] = False

    kind: Literal["svdd"] = "svdd"
    children: Annotated[int, Field(ge=1, le=64, description="Candidates for each step of a particle.")] = 4
    temperature: Annotated[float, Field(gt=0, le=100, description="1 chooses by r^w; towards 0 the best child wins.")] = 1.0
    look: Annotated[
        LookAheadKind, LOOK_AHEADS, Field(description="The guess of the clean point by which a child is valued.")
    ] = Tweedie()

    card = Card(
        title="SVDD",
        idea="At every step draw several continuations and go on with one that promises reward: best of n, step by step.",
        formula="x' ~ p(. | x) M times; choose by softmax(w v(x') / temperature)",
        base_law="p(x), or p(x | c) for a label",
        aims_at="p(x) r(x)^w / E r^w at temperature 1, with a bias that falls with the number of children and rests on v",
        cost="children look-aheads a step",
        citation="Li, Zhao, Wang, et al. 2024, arXiv 2408.08252",
    )
    examples = ({}, {"children": 2, "look": {"kind": "here"}})

    def check(self, plan: Plan) -> None:
        check_reward(self.kind, plan)

    def evaluations_in(self, steps: int) -> int:
        return (1 + self.children) * steps - self.children

    def run(self, guide: GuideLike, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        assert isinstance(guide, Guide) and guide.reward is not None and isinstance(guide.rule, Unified)
        w = torch.as_tensor(guide.w, dtype=x.dtype, device=x.device).reshape(-1, 1)  # [W, 1]
        draws = [noise, *(noise.again(k) for k in range(1, self.children))]
        moments: list[Moment | None] = [*levels.moments(), None]
        for moment, following in pairwise(moments):
            assert moment is not None
            guided = guide(x, moment)
            keep, drift, spread = Ddpm().linear_step(moment)
            mean = (x * keep).add_(guided.base, alpha=drift)  # [W, n, d]
            chosen, most = None, None
            for draw in draws:
                child = torch.add(mean, draw.step(moment), alpha=spread)  # [W, n, d]
                score = w * self._value(guide, child, following) / self.temperature + _gumbel(draw.uniform(moment)).to(x.dtype)
                if chosen is None or most is None:
                    chosen, most = child, score
                    continue
                wins = (score > most) & (w != 0)  # [W, n]
                chosen, most = torch.where(wins[..., None], child, chosen), torch.where(wins, score, most)
            assert chosen is not None
            yield Step(moment, chosen, x, guided)
            x = chosen

    def _value(self, guide: Guide, child: Tensor, following: Moment | None) -> Tensor:
        """log r of what a child promises, [W, n]."""
        assert guide.reward is not None and isinstance(guide.rule, Unified)
        if following is None:
            return guide.reward.log(child)
        return log_reward_ahead(self.look, guide.reward, guide.rule.base_score, child, following, gradient=False)[0]


def _gumbel(uniform: Tensor) -> Tensor:
    """The largest of log weight + Gumbel noise is a draw by weight (Gumbel 1954)."""
    return -(-uniform.clamp(1e-300, 1 - 1e-16).log()).log()
