"""How far a network is from the exact score, by noise level, and what it samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gdviz.diffusion.spacings.linear_beta import LinearBeta
from gdviz.errors import GdvizError
from gdviz.laws import Law
from gdviz.networks import Checkpoint, Denoiser
from gdviz.training.losses import exact_noise
from gdviz.training.problem import TrainingProblem
from gdviz.training.task import Task

POINTS = 20_000
"""Held-out points of the score error."""

BINS = 12
"""Parts of the log-SNR range for which the error is told apart."""

CLOUD, CLOUD_STEPS = 400, 40
"""Points that a training shows on its way, and the steps that draw them."""


@dataclass(frozen=True)
class Assessment:
    """A network held against the truth.

    Attributes
    ----------
    score_error : float or None
        sqrt(E |eps_net - eps*|^2 / E |eps*|^2), t uniform on the 1000 levels of linear-beta DDPM; None where the
        exact score is not known, and for guidance weights. For a classifier eps is -sqrt(t) grad log p_t(label | x). A
        network of several scores has the largest of `by_part` here, as in the next two: together they would hide it.
    low_noise_error : float or None
        The same over t < 0.1.
    by_level : tuple of (float, float)
        (mean log-SNR, error) of each part of the levels, noisiest first.
    by_part : tuple of (str, float)
        (what it stands for, error): p(x) and p(x | label) of a conditional network, each p(label | x) of a classifier;
        empty for one score.
    cloud : ndarray, shape [n, d], float32
        Points drawn from the network by DDIM; empty for a classifier and for guidance weights.
    """

    score_error: float | None
    low_noise_error: float | None
    by_level: tuple[tuple[float, float], ...]
    cloud: NDArray[np.float32]
    by_part: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class _HeldOut:
    """Points x [n, d] at t [n], what the network is told, the exact answer eps* [n, d], and the names of what is told."""

    x: Tensor
    t: Tensor
    label: Tensor
    truth: Tensor
    answer: Tensor
    names: tuple[str, ...]

    @property
    def parts(self) -> list[tuple[str, Tensor]]:
        """The points [n] of each score that the network stands for; all of them where it is one."""
        kept = [(name, self.label == k) for k, name in enumerate(self.names)]
        return [(name, mine) for name, mine in reversed(kept) if bool(mine.any())] or [("", torch.ones_like(self.label) > 0)]


def assess(task: Task, checkpoint: Checkpoint, base: Checkpoint | None = None, points: int = POINTS) -> Assessment:
    """Compare a network with the exact answer on held-out points, and draw a cloud from it.

    Parameters
    ----------
    task : Task
    checkpoint : Checkpoint
    base : Checkpoint, optional
        The network of `task.base`, for a difference.
    points : int
        Held-out points; fewer are quicker.
    """
    cloud = np.zeros((0, int(checkpoint.about["dimension"])), np.float32)
    if checkpoint.what == "weights":  # what they do shows in samples alone
        return Assessment(None, None, (), cloud)
    if checkpoint.what != "classifier":
        cloud = _cloud(checkpoint.denoiser, None if base is None else base.denoiser)
    try:
        held_out = _held_out(task.canonical(), points)
    except GdvizError:  # no exact answer, as for a black box in many dimensions
        return Assessment(None, None, (), cloud)
    squares = (_predicted(checkpoint, base, held_out) - held_out.answer).square().sum(-1)  # [n]
    sizes = held_out.answer.square().sum(-1)  # [n]
    low = held_out.t < 0.1  # [n]
    parts = held_out.parts

    def worst(where: Tensor) -> float:
        """The largest error of a part over the points where [n]."""
        return max(_ratio(squares[mine & where], sizes[mine & where]) for _, mine in parts)

    log_snr = torch.log1p(-held_out.t) - torch.log(held_out.t)  # [n]
    by_level = []
    for level in log_snr.argsort().chunk(BINS):
        here = torch.zeros_like(low).index_fill(0, level, True)  # [n]
        by_level.append((float(log_snr[level].mean()), worst(here)))
    by_part = tuple((name, _ratio(squares[mine], sizes[mine])) for name, mine in parts if len(parts) > 1)
    return Assessment(worst(torch.ones_like(low)), worst(low), tuple(by_level), cloud, by_part)


def _ratio(squares: Tensor, sizes: Tensor) -> float:
    return math.sqrt(float(squares.sum()) / max(1e-30, float(sizes.sum())))


@lru_cache(maxsize=4)
def _held_out(text: str, points: int) -> _HeldOut:
    """Held-out points of a task (its canonical JSON) and the exact answers there."""
    problem = TrainingProblem.of(Task.from_json(text))
    law = problem.answer
    generator = torch.Generator().manual_seed(20_251_122)
    clean = law.sample(points, generator)
    levels = torch.from_numpy(LinearBeta().build(1000).t[:-1].copy())  # [1000]
    t = levels[torch.randint(len(levels), (points,), generator=generator)]  # [n]
    z = torch.randn(clean.x.shape, generator=generator, dtype=torch.float64)
    x = (1 - t).sqrt()[:, None] * clean.x + t.sqrt()[:, None] * z  # [n, d]
    label = torch.full((points,), len(problem.labels))  # [n]
    answer = exact_noise(law, x, t)  # [n, d]
    if problem.labels:
        told = torch.arange(points) < (points if problem.learned == "classifier" else points // 2)  # [n]
        for k, name in enumerate(problem.labels):
            mine = told & (clean.label == k)  # [n]
            given = exact_noise(law.given(name), x[mine], t[mine])
            answer[mine] = given - answer[mine] if problem.learned == "classifier" else given
            label[mine] = k
    classifier = problem.learned == "classifier"
    names = [f"p({name} | x)" if classifier else law.given(name).name for name in problem.labels]
    whole = [law.name] if names and not classifier else []
    return _HeldOut(x.float(), t.float(), label, clean.label, answer.float(), (*names, *whole))


def _predicted(checkpoint: Checkpoint, base: Checkpoint | None, held_out: _HeldOut) -> Tensor:
    """What the network says at the held-out points, [n, d]."""
    parts = []
    for rows in torch.arange(len(held_out.t)).split(4096):
        x, t, label = held_out.x[rows], held_out.t[rows], held_out.label[rows]
        if checkpoint.what == "classifier":
            parts.append(-t.sqrt()[:, None] * _gradient(checkpoint, x, t, label))
            continue
        with torch.no_grad():
            noise = checkpoint.denoiser(x, t, label)
            if base is not None:
                noise = noise + base.denoiser(x, t, torch.full_like(label, base.denoiser.null))
        parts.append(noise)
    return torch.cat(parts)


def _gradient(checkpoint: Checkpoint, x: Tensor, t: Tensor, label: Tensor) -> Tensor:
    """grad log p_t(label | x) of a classifier, [n, d]."""
    x = x.requires_grad_(True)
    chosen = checkpoint.classifier(x, t).gather(1, label[:, None])  # [n, 1]
    return torch.autograd.grad(chosen.sum(), x)[0]


@torch.no_grad()
def _cloud(network: Denoiser, base: Denoiser | None) -> NDArray[np.float32]:
    """Points drawn by DDIM (eta = 0) on the linear-beta levels, from the same start every time, [n, d]."""
    generator = torch.Generator().manual_seed(0)
    levels = LinearBeta().build(CLOUD_STEPS)
    a, b = torch.from_numpy(levels.alpha_bar).float().sqrt(), torch.from_numpy(levels.t).float().sqrt()  # [F + 1]
    x = torch.randn(CLOUD, network.dimension, generator=generator)  # [n, d]
    null = torch.full((CLOUD,), network.null)
    for k in range(CLOUD_STEPS):
        t = (b[k] ** 2).expand(CLOUD)
        noise = network(x, t, null)  # [n, d]
        if base is not None:
            noise = noise + base(x, t, torch.full_like(null, base.null))
        x = a[k + 1] * (x - b[k] * noise) / a[k] + b[k + 1] * noise
    return x.numpy()


def law_of(task: Task) -> Law:
    """The law whose score a task learns, for pictures beside the network.

    Raises
    ------
    GdvizError
        If it is not known.
    """
    return TrainingProblem.of(task).answer
