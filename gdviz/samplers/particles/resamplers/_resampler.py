"""The seam of every resampler."""

from __future__ import annotations

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from gdviz.family import Family, Kind

RESAMPLERS = Family("resampler", "gdviz.samplers.particles.resamplers")


class ResamplerKind(Kind):
    """Draws a population's survivors so that particle i has K W_i offspring on average, W_i its normalised weight."""

    ess: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="A population is resampled when its effective sample size falls below this share of it; "
            "0 waits for the end of the run.",
        ),
    ] = 0.5
    every: Annotated[int, Field(ge=1, le=20_000, description="Steps from one look at the weights to the next.")] = 1

    def ancestors(self, weights: Tensor, uniform: Tensor) -> Tensor:
        """The ancestor of each survivor, an index into the population, shape [..., K].

        Parameters
        ----------
        weights : Tensor, shape [..., K]
            Normalised: they sum to 1 over the last axis.
        uniform : Tensor, broadcasting to [..., K]
            Independent uniform numbers in (0, 1).
        """
        raise NotImplementedError


def found_at(points: Tensor, weights: Tensor) -> Tensor:
    """The particle in whose share of [0, 1] each point falls, shape [..., K]: shares as long as the weights, in order."""
    ends = weights.cumsum(-1)  # [..., K]
    index = torch.searchsorted(ends.contiguous(), points.expand(weights.shape).contiguous(), right=True)  # [..., K]
    return index.clamp_max(weights.shape[-1] - 1)
