"""Sums of exponentials of quadratics: the rewards whose tilted Gaussian mixture is known in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

MAX_TERMS = 1000
"""More terms than this are not worth a closed form: each multiplies the components of a mixture."""


@dataclass(frozen=True)
class Exponentials:
    """A sum of exponentials of quadratics: sum_i exp(constant_i + linear_i . x - x' curvature_i x / 2).

    Times a Gaussian mixture this is again an unnormalised Gaussian mixture, so the tilted law is
    known in closed form.

    Attributes
    ----------
    constant : Tensor, shape [m], float64
    linear : Tensor, shape [m, d], float64
    curvature : Tensor, shape [m, d, d], float64, symmetric (may be indefinite)
    """

    constant: Tensor
    linear: Tensor
    curvature: Tensor

    def log(self, x: Tensor) -> Tensor:
        """log of the sum at x of shape [..., d]; shape [...], dtype of x."""
        constant, linear, curvature = (part.to(x) for part in (self.constant, self.linear, self.curvature))
        bent = torch.einsum("...i,mij,...j->...m", x, curvature, x)  # [..., m]
        return torch.logsumexp(constant + x @ linear.T - bent / 2, dim=-1)  # [...]

    def plus(self, other: Exponentials) -> Exponentials | None:
        """The sum, or None above MAX_TERMS terms."""
        if len(self.constant) + len(other.constant) > MAX_TERMS:
            return None
        return Exponentials(
            torch.cat([self.constant, other.constant]),
            torch.cat([self.linear, other.linear]),
            torch.cat([self.curvature, other.curvature]),
        )

    def times(self, other: Exponentials) -> Exponentials | None:
        """The product, every term with every term, or None above MAX_TERMS terms."""
        if len(self.constant) * len(other.constant) > MAX_TERMS:
            return None
        return Exponentials(
            (self.constant[:, None] + other.constant).flatten(),  # [m]
            (self.linear[:, None] + other.linear).flatten(0, 1),  # [m, d]
            (self.curvature[:, None] + other.curvature).flatten(0, 1),  # [m, d, d]
        )

    def power(self, exponent: float) -> Exponentials | None:
        """A single term to a real power (which scales its quadratic), or None for several terms."""
        if len(self.constant) != 1:
            return None
        return Exponentials(exponent * self.constant, exponent * self.linear, exponent * self.curvature)


def constant_term(log_value: float, dimension: int) -> Exponentials:
    """The single term exp(log_value), which is also the quadratic that is constant."""
    zero = torch.zeros(1, dimension, dtype=torch.float64)
    return Exponentials(torch.full((1,), log_value, dtype=torch.float64), zero, zero.new_zeros(1, dimension, dimension))


def linear_term(direction: Tensor) -> Exponentials:
    """The single term exp(direction . x), which is also the quadratic that is linear."""
    direction = direction.to(torch.float64)
    d = len(direction)
    return Exponentials(direction.new_zeros(1), direction[None], direction.new_zeros(1, d, d))
