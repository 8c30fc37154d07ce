"""A trained denoiser made fast: level and label embedded once a step, labels in one batch, small blocks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

BLOCK = 1024
"""Points done at once: their hidden layers stay in the cache."""


class Splits(Protocol):
    """A denoiser in the pieces that `Frozen` needs: point, then level and label added, hidden layers, last layer."""

    hidden: nn.Sequential
    last: nn.Linear

    @property
    def null(self) -> int:
        """The label index that means "no label"."""

    def before(self, x: Tensor, t: Tensor) -> Tensor:
        """First layer at points [M, d], without level and label, [M, H]; the memory is the caller's."""

    def embed(self, t: Tensor, label: Tensor) -> Tensor:
        """What a level and a label add to it, [H]."""

    def noise(self, last: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """Noise prediction [M, d] from what the last layer gave."""

    def gain(self, t: Tensor) -> Tensor:
        """What a unit of the last layer adds to the noise prediction."""


class Frozen:
    """Evaluates a denoiser where all points share one noise level, as in sampling.

    Parameters
    ----------
    denoiser : Denoiser, or any module that `Splits`
    """

    def __init__(self, denoiser: Splits) -> None:
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

        Where a gradient in `rows` is asked for, the network itself is evaluated.
        """
        if torch.is_grad_enabled() and rows.requires_grad:
            return self._differentiable(rows, t, labels)
        with torch.no_grad():
            return self._fast(rows, t, labels)

    def _differentiable(self, rows: Tensor, t: float, labels: Sequence[int]) -> tuple[Tensor, Tensor | None]:
        network, _ = self._on(rows.device)
        level = rows.new_tensor(t)
        before = network.before(rows, level)  # [M, H]
        hidden = [network.hidden(before + self._embedded(t, label, rows.device)) for label in labels]  # [M, H] each
        first = network.noise(network.last(hidden[0]), rows, level)  # [M, d]
        if len(labels) == 1:
            return first, None
        return first, network.gain(level) * functional.linear(hidden[0] - hidden[1], network.last.weight)

    def _fast(self, rows: Tensor, t: float, labels: Sequence[int]) -> tuple[Tensor, Tensor | None]:
        network, layers = self._on(rows.device)
        level = rows.new_tensor(t)
        embedded = [self._embedded(t, label, rows.device) for label in labels]
        size = min(len(rows), block_of(rows.device))
        # Every block works in the same memory: fresh memory is not in the cache.
        work = rows.new_empty(2, len(labels) * size, network.last.in_features)  # [2, L m, H]
        last = rows.new_empty(len(labels), rows.shape[1], len(rows)).mT  # [L, M, d], coordinate first
        bias, weight = network.last.bias, network.last.weight
        for start in range(0, len(rows), max(1, size)):
            x = rows[start : start + size]  # [m, d]
            hidden = self._hidden(network.before(x, level), embedded, layers, work)  # [L, m, H]
            if len(labels) > 1:
                torch.sub(hidden[0], hidden[1], out=hidden[1])
            for part, whole in zip(hidden, last, strict=True):
                torch.mm(weight, part.T, out=whole[start : start + size].T)  # ten times as fast as with d columns
        first = network.noise(last[0].add_(bias), rows, level)  # [M, d]
        return first, network.gain(level) * last[1] if len(labels) > 1 else None

    def _hidden(self, before: Tensor, embedded: list[Tensor], layers: Sequence[Layer], work: Tensor) -> Tensor:
        """The last hidden layer for each label, [L, m, H], in one of two work arrays."""
        rows = len(before)
        h, spare = work[0, : len(embedded) * rows], work[1, : len(embedded) * rows]  # [L m, H]
        for k, vector in enumerate(embedded):
            torch.add(before, vector, out=h[k * rows : (k + 1) * rows])
        for layer in layers:
            if isinstance(layer, tuple):
                h, spare = torch.addmm(layer[0], h, layer[1], out=spare), h
            else:
                h = layer(h)
        return h.view(len(embedded), rows, -1)

    @torch.no_grad()
    def _embed(self, t: float, label: int, device: torch.device) -> Tensor:
        """[H]"""
        return self._on(device)[0].embed(torch.tensor(t, device=device), torch.tensor(label, device=device))

    def _moved(self, device: torch.device) -> tuple[Splits, tuple[Layer, ...]]:
        denoiser = self._denoiser if device.type == "cpu" else _copy_on(self._denoiser, device)
        return denoiser, tuple(_layer(module) for module in denoiser.hidden)


Layer = tuple[Tensor, Tensor] | Callable[[Tensor], Tensor]
"""(bias, transposed weight), or an activation that may overwrite what it is given."""


def _layer(module: nn.Module) -> Layer:
    if isinstance(module, nn.Linear):
        return module.bias, module.weight.T
    return partial(functional.silu, inplace=True) if isinstance(module, nn.SiLU) else module


def block_of(device: torch.device) -> int:
    """Points done at once on a device."""
    return BLOCK if device.type == "cpu" else 1 << 20


def _copy_on(denoiser: Any, device: torch.device) -> Any:
    return copy.deepcopy(denoiser).to(device)
