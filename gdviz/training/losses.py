"""The losses: what a network is asked for at noised points."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from gdviz.laws import Law
from gdviz.networks import Classifier, Denoiser, Trunk


@dataclass(frozen=True)
class Noised:
    """A batch: points x [B, d] = sqrt(1-t) x_0 + sqrt(t) z at noise variances t [B].

    Attributes
    ----------
    x : Tensor, shape [B, d]
    t : Tensor, shape [B]
    label : Tensor, shape [B]
        What the network is told (the null class where a label was dropped).
    truth : Tensor, shape [B]
        The points' own labels.
    wanted : Tensor, shape [B, d]
        The noise z, or the exact noise prediction.
    weight : Tensor, shape [B], or None
        r(x_0) / E r.
    """

    x: Tensor
    t: Tensor
    label: Tensor
    truth: Tensor
    wanted: Tensor
    weight: Tensor | None

    def on(self, device: torch.device) -> Noised:
        """The batch on a device."""
        return replace(self, **{name: part.to(device) for name, part in vars(self).items() if part is not None})


def loss(network: Trunk, batch: Noised, base: Denoiser | None) -> Tensor:
    """The training loss of a batch, a scalar.

    Denoising score matching, E |eps(x_t, t) - z|^2: its minimiser is -sqrt(t) grad log p_t [Vincent 2011], and with the
    weight r(x_0) / E r it is -sqrt(t) grad log p^r_t (MATH section 2). A difference adds the frozen network of p, `base`,
    to what is compared with z. A classifier minimises the cross-entropy of the label.
    """
    if isinstance(network, Classifier):
        return functional.nll_loss(network(batch.x, batch.t), batch.truth)
    wanted = batch.wanted  # [B, d]
    if base is not None:
        with torch.no_grad():
            wanted = wanted - base(batch.x, batch.t, torch.full_like(batch.label, base.null))
    error = (network(batch.x, batch.t, batch.label) - wanted).square().sum(-1)  # [B]
    return error.mean() if batch.weight is None else (batch.weight * error).mean()


def exact_noise(law: Law, x: Tensor, t: Tensor) -> Tensor:
    """-sqrt(t) grad log p_t(x), [B, d]: what a perfect network of `law` predicts."""
    return -t.sqrt()[:, None] * law.score(x, t.double()).to(x.dtype)
