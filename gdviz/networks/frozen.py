"""A trained denoiser made fast: level and label embedded once a step, labels in one batch, small blocks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from gdviz.networks.denoiser import Denoiser

BLOCK = 1024
"""Points done at once: their hidden layers stay in the cache."""


class Frozen:
    """Evaluates a denoiser where all points share one noise level, as in sampling.

    Parameters
    ----------
    denoiser : Denoiser
    """

    def __init__(self, denoiser: Denoiser) -> None:
        self._denoiser = denoiser
        self._on = lru_cache(maxsize=4)(self._moved)
        self._embedded = lru_cache(maxsize=8192)(self._embed)

    @property
    def null(self) -> int:
        """The label index that means "no label"."""
        return self._denoiser.null

    def noises(self, rows: Tensor, t: float, labels: Sequence[int]) -> tuple[Tensor, Tensor | None]:
        """Noise predictions at one level.

        Parameters
        ----------
        rows : Tensor, shape [M, d]
        t : float
        labels : one or two label indices

        Returns
        -------
        first : Tensor, shape [M, d]
            Told the first label.
        difference : Tensor, shape [M, d], or None
            The first minus the second, formed before the last layer, so that nothing cancels.
        """
        network = self._on(rows.device)
        level = rows.new_tensor(t)
        embedded = [self._embedded(t, label, rows.device) for label in labels]
        parts = [self._block(network, block, level, embedded) for block in rows.split(block_of(rows.device))]
        first, second = (torch.cat([part[k] for part in parts]) if len(parts) > 1 else parts[0][k] for k in (0, 1))
        return first, second if len(labels) > 1 else None

    def _block(self, network: Denoiser, x: Tensor, t: Tensor, embedded: list[Tensor]) -> tuple[Tensor, Tensor]:
        before = network.before(x, t)  # [m, H]
        if len(embedded) == 1:
            hidden = _through(network.hidden, before.add_(embedded[0]))  # [m, H]
            return network.noise(network.last(hidden), x, t), x
        both = torch.stack([before + embedded[0], before.add_(embedded[1])])  # [2, m, H]
        hidden = _through(network.hidden, both)  # [2, m, H]
        first = network.noise(network.last(hidden[0]), x, t)  # [m, d]
        hidden[0].sub_(hidden[1])
        return first, network.gain(t) * functional.linear(hidden[0], network.last.weight)

    def _embed(self, t: float, label: int, device: torch.device) -> Tensor:
        """[H]"""
        return self._on(device).embed(torch.tensor(t, device=device), torch.tensor(label, device=device))

    def _moved(self, device: torch.device) -> Denoiser:
        return self._denoiser if device.type == "cpu" else _copy_on(self._denoiser, device)


def block_of(device: torch.device) -> int:
    """Points done at once on a device."""
    return BLOCK if device.type == "cpu" else 1 << 20


def _copy_on(denoiser: Denoiser, device: torch.device) -> Denoiser:
    import copy

    return copy.deepcopy(denoiser).to(device)


def _through(hidden: nn.Sequential, h: Tensor) -> Tensor:
    """The hidden layers; h is overwritten."""
    for layer in hidden:
        h = functional.silu(h, inplace=True) if isinstance(layer, nn.SiLU) else layer(h)
    return h
