"""This project's rows for a side-by-side speed run on the same problems.

Each function takes the shared problem (``ctx``: laws, noise schedule, N, steps) and returns
``{"row name": (callable, units per call)}``; a unit is one particle-step at one w.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor, nn

from gdviz.diffusion import Levels
from gdviz.guidance import GuidanceContext, Plan, Unified
from gdviz.guidance.cfg import Cfg
from gdviz.guidance.schedules.constant import Constant
from gdviz.laws import FullComponents, Mixture
from gdviz.networks import Frozen
from gdviz.samplers.ddim import Ddim
from gdviz.samplers.ddpm import Ddpm
from gdviz.scores._learned import told_apart
from gdviz.scores.exact import ExactScores
from gdviz.sweep import Integrals, SweepOptions, sweep
from gdviz.training import Fitting

Rows = dict[str, tuple[Callable[[], object], int]]


def gmm(ctx: SimpleNamespace) -> Rows:
    """CFG on a mixture with exact scores: sampling alone, as the peers do, and with what an Experiment integrates besides."""
    steps, levels = len(ctx.steps), _levels(ctx)
    plan = Cfg(label="b").build(GuidanceContext(_law(ctx), ExactScores()))

    def run(w: list[float], integrals: bool = False) -> list[object]:
        observers = (Integrals(),) if integrals else ()
        return list(sweep(plan, Ddpm(steps=steps), levels, SweepOptions(tuple(w), ctx.N, seed=0, observers=observers)))

    many = np.linspace(0, 10, 40).tolist()
    return {
        "gdviz sweep, one w": (lambda: run([3.0]), ctx.N * steps),
        "gdviz sweep, 40 w": (lambda: run(many), ctx.N * steps * len(many)),
        "gdviz sweep, one w, with path integrals": (lambda: run([3.0], True), ctx.N * steps),
        "gdviz sweep, 40 w, with path integrals": (lambda: run(many, True), ctx.N * steps * len(many)),
    }


def mlp(ctx: SimpleNamespace) -> Rows:
    """CFG on a network, ctx.net, with the weights that the peers use."""
    steps = len(ctx.steps)
    # Single steps, as the peers take them. Ten leaps with weights that know nothing would send the points far away, where
    # activations are denormal numbers and the clock measures those.
    alpha_bar = ctx.sch.ab[ctx.T - 1 - np.arange(steps + 1)]
    levels = Levels(alpha_bar, 1 - alpha_bar)
    rule = Unified(told_apart(Frozen(_Split(ctx.net, ctx.sch.ab)), 1, 2), "toward", Constant())
    plan = Plan(rule=rule, unguided=_law(ctx))

    def run(sampler: Ddpm | Ddim, w: list[float]) -> list[object]:
        return list(sweep(plan, sampler, levels, SweepOptions(tuple(w), ctx.N, seed=0, observers=())))

    many = np.linspace(0, 10, 8).tolist()
    return {
        "gdviz sweep on the network, DDPM": (lambda: run(Ddpm(steps=steps), [3.0]), ctx.N * steps),
        "gdviz sweep on the network, DDIM": (lambda: run(Ddim(steps=steps), [3.0]), ctx.N * steps),
        "gdviz sweep on the network, DDPM, 8 w": (lambda: run(Ddpm(steps=steps), many), ctx.N * steps * len(many)),
    }


class _Split(nn.Module):
    """A network of the form l1, level and label added, hidden layers, out, as `Frozen` takes it."""

    def __init__(self, net: nn.Module, alpha_bar: np.ndarray) -> None:
        super().__init__()
        self.net, self.null = net, 2
        self.hidden = nn.Sequential(nn.SiLU(), net.l2, nn.SiLU(), net.l3, nn.SiLU())
        self.last = net.out
        self._variances = torch.from_numpy(1 - alpha_bar)

    def embed(self, t: Tensor, label: Tensor) -> Tensor:
        index = (self._variances - t.double()).abs().argmin()
        return self.net.temb(index)[0] + self.net.ce(label)

    def before(self, x: Tensor, t: Tensor) -> Tensor:
        return self.net.l1(x)

    def noise(self, last: Tensor, x: Tensor, t: Tensor) -> Tensor:
        return last

    def gain(self, t: Tensor) -> Tensor:
        return torch.ones_like(t)


def train(ctx: SimpleNamespace) -> Rows:
    """Denoising score matching of the peers' network in this project's loop: clipped, averaged, on a cosine schedule."""
    blank, batch, steps = type(ctx.net), ctx.B, ctx.train_steps
    data = _roll(max(batch * steps, 8192))
    clean, noise = torch.from_numpy(ctx.sch.ab).float().sqrt(), torch.from_numpy(1 - ctx.sch.ab).float().sqrt()  # [T]

    def run(shared: int) -> None:
        """`shared` points of a batch have their level in common, so that it is embedded once for them."""
        torch.manual_seed(0)
        net = blank()
        index = torch.arange(ctx.T).float()[:, None] * net.f  # [T, E]
        features = torch.cat([index.sin(), index.cos()], 1)  # [T, 2 E]
        fitting = Fitting(net, steps, rate=1e-3, averaging=0.995)
        levels = torch.randint(ctx.T, (steps, batch // shared))  # [steps, L]
        chosen = torch.randint(len(data), (steps, batch // shared, shared))  # [steps, L, B / L]
        for level, points in zip(levels, chosen, strict=True):
            z = torch.randn(*points.shape, 2)  # [L, B / L, d]
            x = clean[level][:, None, None] * data[points] + noise[level][:, None, None] * z  # [L, B / L, d]
            fitting.descend(nn.functional.mse_loss(net.trunk(x, net.te(features[level])[:, None]), z))

    return {
        "gdviz loop, a level for each point": (lambda: run(1), batch * steps),
        "gdviz loop, a level for four points": (lambda: run(4), batch * steps),
    }


def _law(ctx: SimpleNamespace) -> Mixture:
    problem = ctx.gmm
    components = FullComponents(torch.from_numpy(problem.mu), torch.from_numpy(problem.S))
    return Mixture(components, torch.from_numpy(problem.pi).log(), torch.from_numpy(problem.cls), ("a", "b"))


def _levels(ctx: SimpleNamespace) -> Levels:
    alpha_bar = ctx.sch.ab[np.append(ctx.steps, 0)]
    return Levels(alpha_bar, 1 - alpha_bar)


def _roll(n: int) -> Tensor:
    """Points of a Swiss roll, [n, 2]."""
    rng = np.random.default_rng(0)
    angle = 1.5 * np.pi * (1 + 2 * rng.random(n))  # [n]
    x = np.stack([angle * np.cos(angle), angle * np.sin(angle)], 1) / 7.5 + 0.02 * rng.standard_normal((n, 2))  # [n, 2]
    return torch.from_numpy(x).float()
