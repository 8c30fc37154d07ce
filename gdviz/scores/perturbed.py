"""A score with a known error, to see what errors do to guidance."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from gdviz.family import Card, Described
from gdviz.laws import Law, Pair, PairScores
from gdviz.scores._scores import SCORES, Base, Score, Scores, ScoresContext, ScoresKind

MEASURED = 2048
"""Points from which the size of the noise prediction is estimated at a level."""

WAVES = 6
"""Sines that make up the random field."""


class Error(Described):
    """An error e added to the noise prediction: eps + e, so that the score moves by -e / sqrt(t)."""

    kind: Annotated[
        Literal["constant", "inward", "outward", "per_step", "field"],
        Field(
            description="One direction everywhere and always; toward the target's mean; away from it; one direction for all "
            "particles, drawn afresh at each level; or a smooth random field, the same at every level."
        ),
    ]
    size: Annotated[
        float,
        Field(
            ge=0,
            le=100,
            description="Root mean square length of the error, relative to that of the exact noise prediction at the same level.",
        ),
    ] = 0.1
    seed: Annotated[int, Field(ge=0, le=2**63 - 1, description="Of the direction, the draws or the field.")] = 0


class ErrorField:
    """e(x, t), [..., d]: a shape, scaled at every level to the root mean square length that is asked under the law."""

    def __init__(self, error: Error, law: Law) -> None:
        self.error, self.law = error, law
        rng = np.random.default_rng(error.seed)
        self._direction = _unit(rng.standard_normal(law.dimension))  # [d]
        self._clean = law.sample(MEASURED, torch.Generator().manual_seed(0)).x  # [n, d]
        self._mean = self._clean.mean(0)  # [d]
        radius = float(self._clean.square().mean().sqrt())
        self._waves = torch.from_numpy(rng.standard_normal((WAVES, law.dimension)) * (2 / radius))  # [B, d]
        self._phases = torch.from_numpy(rng.uniform(0, 2 * math.pi, WAVES))  # [B]
        self._ways = torch.from_numpy(np.stack([_unit(v) for v in rng.standard_normal((WAVES, law.dimension))]))  # [B, d]
        self._size = lru_cache(maxsize=1 << 15)(self._measure)

    def __call__(self, x: Tensor, t: float) -> Tensor:
        """The error of the noise prediction at x [..., d], shape broadcasting to x."""
        return self._shape(x, t) * (self.error.size * self._size(t))

    def _measure(self, t: float) -> float:
        """Root mean square length of the exact noise prediction at a level, over that of the shape there."""
        z = torch.randn(self._clean.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        x = math.sqrt(1 - t) * self._clean + math.sqrt(t) * z  # [n, d]
        shape = self._shape(x, t).square().sum(-1).mean()
        return math.sqrt(t * float(self.law.score(x, t).square().sum(-1).mean() / shape))

    def _shape(self, x: Tensor, t: float) -> Tensor:
        kind = self.error.kind
        if kind == "constant":
            return torch.from_numpy(self._direction).to(x)
        if kind == "per_step":
            # Levels are floats that all runs of a grid share: the draw belongs to the level, not to a chunk of particles.
            rng = np.random.default_rng([self.error.seed, int(np.float64(t).view(np.uint64))])
            return torch.from_numpy(_unit(rng.standard_normal(self.law.dimension))).to(x)
        if kind == "field":
            phase = x @ self._waves.T.to(x) + self._phases.to(x)  # [..., B]
            return phase.sin() @ self._ways.to(x)
        out = x - math.sqrt(1 - t) * self._mean.to(x)  # [..., d]
        out = out / out.square().sum(-1, keepdim=True).clamp_min(1e-24).sqrt()
        return out if kind == "inward" else -out  # noise that points outward is removed: the particle moves inward


class PerturbedScores(Scores):
    """Scores of a source plus -e / sqrt(t); the difference of two scores is left as it is."""

    def __init__(self, of: Scores, error: Error) -> None:
        self.of, self.error = of, error

    @property
    def by_part(self) -> bool:
        return self.of.by_part

    def single(self, law: Law, labelled: bool = False) -> Score:
        score, field = self.of.single(law, labelled), ErrorField(self.error, law)
        return lambda x, t: score(x, t) - field(x, t) / math.sqrt(t)

    def pair(self, toward: Law, away: Law, base: Base = "toward") -> Pair:
        pair = self.of.pair(toward, away, base)
        field = ErrorField(self.error, toward if base == "toward" else away)

        def perturbed(x: Tensor, t: float) -> PairScores:
            score, push, _ = pair(x, t)
            # The identity speaks of a base that samples its law, which this one does not: no density ratio is passed on.
            return PairScores(score - field(x, t) / math.sqrt(t), push, None)

        return perturbed


class Perturbed(ScoresKind):
    """A source of scores with a known error added to the guided score (MATH section 2, "Score error")."""

    kind: Literal["perturbed"] = "perturbed"
    of: Annotated[ScoresKind, SCORES, Field(title="made from", description="The source whose scores get the error.")]
    error: Annotated[Error, Field(description="What is added to the noise prediction.")]

    card = Card(
        title="Score with a known error",
        idea="A systematic error toward the mean costs in proportion to its size; errors drawn afresh at every step average out.",
        formula="s - e / sqrt(t), |e| relative to the noise prediction; E f changes by Int E<e_t, grad f_t> du to first order",
        cost="as the scores it perturbs",
        citation="Jiao, Chen, Li 2025, arXiv 2512.04985",
    )
    examples = tuple(
        {"of": {"kind": "exact"}, "error": {"kind": kind, "size": 0.1}}
        for kind in ("constant", "inward", "outward", "per_step", "field")
    )

    def build(self, context: ScoresContext) -> Scores:
        return PerturbedScores(self.of.build(context), self.error)


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.linalg.norm(v)
