"""This project's rows for a side-by-side speed run on the same problems.

Each function takes the shared problem (``ctx``: laws, noise schedule, N, steps) and returns
``{"row name": (callable, units per call)}``; a unit is one particle-step at one w.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import torch

from gdviz.diffusion import Levels
from gdviz.guidance import GuidanceContext
from gdviz.guidance.cfg import Cfg
from gdviz.laws import FullComponents, Mixture
from gdviz.samplers.ddpm import Ddpm
from gdviz.scores.exact import ExactScores
from gdviz.sweep import sweep

Rows = dict[str, tuple[Callable[[], object], int]]


def gmm(ctx: SimpleNamespace) -> Rows:
    """CFG on a mixture with exact scores: sampling alone, as the peers do, and with what an Experiment integrates besides."""
    problem, steps = ctx.gmm, len(ctx.steps)
    components = FullComponents(torch.from_numpy(problem.mu), torch.from_numpy(problem.S))
    law = Mixture(components, torch.from_numpy(problem.pi).log(), torch.from_numpy(problem.cls), ("a", "b"))
    plan = Cfg(label="b").build(GuidanceContext(law, ExactScores()))
    alpha_bar = ctx.sch.ab[np.append(ctx.steps, 0)]
    levels = Levels(alpha_bar, 1 - alpha_bar)

    def run(w: list[float], integrals: bool = False) -> list[object]:
        return list(sweep(plan, Ddpm(steps=steps), levels, w, ctx.N, seed=0, integrals=integrals))

    many = np.linspace(0, 10, 40).tolist()
    return {
        "gdviz sweep, one w": (lambda: run([3.0]), ctx.N * steps),
        "gdviz sweep, 40 w": (lambda: run(many), ctx.N * steps * len(many)),
        "gdviz sweep, one w, with path integrals": (lambda: run([3.0], True), ctx.N * steps),
        "gdviz sweep, 40 w, with path integrals": (lambda: run(many, True), ctx.N * steps * len(many)),
    }
