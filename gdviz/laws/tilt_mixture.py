"""A Gaussian mixture times a sum of exponentials of quadratics: again a Gaussian mixture."""

from __future__ import annotations

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.laws.components import Components, FullComponents, SharedComponents
from gdviz.laws.law import Origin
from gdviz.laws.mixture import Mixture
from gdviz.rewards import Exponentials


def tilt_mixture(
    law: Mixture, terms: Exponentials, name: str, origin: Origin | None = None, function: str = "r"
) -> tuple[Mixture, float]:
    """The mixture p r / E r, and log E r.

    Component k, N(m, S), times exp(c + l.x - x'Ax/2) is a multiple of N(m + C g, C) with
    g = l - A m the gradient of the exponent at m, and C = (S^-1 + A)^-1; the multiple is
    exp(c + l.m - m'Am/2 + g'Cg/2) / sqrt(det(I + S^1/2 A S^1/2)). Written so, nothing cancels for
    narrow components far from the origin. A component made from one with a label keeps the label.
    `function` is how the reward is called in the message.

    Raises
    ------
    GdvizError
        If C is not positive definite: E r is infinite. If E r overflows.
    """
    means = law.components.means[law.support, None]  # [K, 1, d]
    root = _roots(law.components)[law.support, None]  # [K, 1, d, d]
    inner = torch.eye(law.dimension, dtype=torch.float64) + root @ terms.curvature @ root  # [K, m, d, d]
    smallest = torch.linalg.eigvalsh(inner)[..., 0]  # [K, m]
    if not bool((smallest > 1e-9).all()):
        raise GdvizError(
            f"reward: found E {function} infinite, because {function} grows faster than the target's tails fall; "
            "give it a smaller strength or curvature, or a narrower target."
        )
    lower = torch.linalg.cholesky(inner)  # [K, m, d, d]
    covariance = root @ torch.cholesky_solve(root.expand_as(lower), lower)  # [K, m, d, d]
    bent = (terms.curvature @ means[..., None])[..., 0]  # [K, m, d]
    gradient = terms.linear - bent  # [K, m, d]
    shift = (covariance @ gradient[..., None])[..., 0]  # [K, m, d]
    at_mean = terms.constant + (terms.linear * means).sum(-1) - (bent * means).sum(-1) / 2  # [K, m]
    half_log_det = lower.diagonal(dim1=-2, dim2=-1).log().sum(-1)  # [K, m]
    log_multiple = at_mean + (gradient * shift).sum(-1) / 2 - half_log_det  # [K, m]
    log_weights = (law.log_weights[law.support, None] + log_multiple).flatten()  # [K m]
    if not bool(torch.isfinite(log_weights).all() and torch.isfinite(shift).all()):
        raise GdvizError("reward: found E r beyond what numbers can hold; give it a smaller strength or direction.")
    components = FullComponents((means + shift).flatten(0, 1), ((covariance + covariance.mT) / 2).flatten(0, 1))
    owner = law.component_labels[law.support].repeat_interleave(len(terms.constant))  # [K m]
    return Mixture(components, log_weights, owner, law.labels, name, origin), float(torch.logsumexp(log_weights, 0))


def mean_of_quadratic(law: Mixture, term: Exponentials) -> float:
    """E[c + l.x - x'Ax/2] under a mixture, in closed form; `term` has m = 1."""
    covariances = _roots(law.components) @ _roots(law.components)  # [K, d, d]
    means = law.components.means  # [K, d]
    curvature = term.curvature[0]  # [d, d]
    bent = ((means @ curvature) * means).sum(-1) + (curvature * covariances).sum((-2, -1))  # [K]
    return float((law.weights * (term.constant[0] + means @ term.linear[0] - bent / 2)).sum())


def _roots(components: Components) -> Tensor:
    """Symmetric square roots of the covariances, [K, d, d]."""
    if isinstance(components, SharedComponents):
        root = components.variance**0.5 * torch.eye(components.dimension, dtype=torch.float64)
        return root.expand(components.count, -1, -1)
    assert isinstance(components, FullComponents)
    values, vectors = torch.linalg.eigh(components.covariances)  # [K, d], [K, d, d]
    return (vectors * values.clamp_min(0).sqrt()[:, None, :]) @ vectors.mT
