"""Plausible scenes without the rest of the program: closed-form CFG on a small Gaussian mixture.

The sampler is a dozen lines of numpy (DDPM steps, the same noise for every w), so the player's tests
depend on nothing but the player.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdviz.player.scene import Arrows, DensityGrid, Scene

Array = NDArray[np.float64]


class Mixture:
    """Isotropic Gaussian mixture with a label on each component."""

    def __init__(self, weights: list[float], means: list[list[float]], variances: list[float], labels: str) -> None:
        self.weights, self.means, self.variances = np.array(weights), np.array(means, float), np.array(variances)
        self.labels = np.array(list(labels))

    def terms(self, x: Array, t: float) -> tuple[Array, Array]:
        """Log of weight x density and score of each component, [..., K] and [..., K, d]."""
        variance = (1 - t) * self.variances + t
        gap = np.sqrt(1 - t) * self.means - x[..., None, :]
        d = x.shape[-1]
        log = np.log(self.weights) - 0.5 * (gap**2).sum(-1) / variance - 0.5 * d * np.log(2 * np.pi * variance)
        return log, gap / variance[:, None]

    def scores(self, x: Array, t: float, label: str) -> tuple[Array, Array]:
        """Score of the law given the label, and of the whole law."""
        log, score = self.terms(x, t)
        whole = np.exp(log - log.max(-1, keepdims=True))
        mine = self.labels == label
        part = np.where(mine, np.exp(np.minimum(log - log[..., mine].max(-1, keepdims=True), 0)), 0)
        toward, away = ((p[..., None] * score).sum(-2) / p.sum(-1)[..., None] for p in (part, whole))
        return toward, away

    def densities(self, x: Array) -> dict[str, Array]:
        """Joint density p(x, label) of each label."""
        log, _ = self.terms(x, 1e-9)
        return {str(label): np.exp(log[..., self.labels == label]).sum(-1) for label in np.unique(self.labels)}


PLANE = Mixture(
    [0.5, 0.125, 0.125, 0.125, 0.125], [[0, 0], [2.2, 0], [0, 2.2], [-2.2, 0], [0, -2.2]], [0.35, 0.2, 0.2, 0.2, 0.2], "abbbb"
)
LINE = Mixture([0.5, 0.25, 0.25], [[0.0], [1.0], [-1.0]], [1.0, 1.0, 1.0], "abb")
LADDER = (0, 0.25, 0.5, 0.75, 1, 1.4, 1.8, 2.2, 2.6, 3, 4, 6, 10)


def fake_scene(
    dimension: int = 2, n: int = 1500, frames: int = 60, w: tuple[float, ...] = LADDER, steps: int = 200, seed: int = 0
) -> Scene:
    """CFG toward class b of a mixture, from N(0, I) to the data, all w on the same noise."""
    law = PLANE if dimension == 2 else LINE
    rng = np.random.default_rng(seed)
    logits = np.linspace(-7, 8, steps + 1)
    alpha_bar = 1 / (1 + np.exp(-logits))
    kept = np.unique(np.rint(np.linspace(0, steps, frames)).astype(int))
    strength = np.array(w)[:, None, None]
    x = np.repeat(rng.standard_normal((1, n, dimension)), len(w), 0)
    paths = []
    for step in range(steps + 1):
        if step in kept:
            paths.append(x.astype(np.float32))
        if step == steps:
            break
        a, t = alpha_bar[step] / alpha_bar[step + 1], 1 - alpha_bar[step]
        toward, away = law.scores(x, t, "b")
        guided = toward + strength * (toward - away)
        x = (x + (1 - a) * guided + np.sqrt(1 - a) * rng.standard_normal((n, dimension))) / np.sqrt(a)
    stacked = np.stack(paths, 1)  # [W, F, N, d]
    half = 4.2 if dimension == 2 else 5.0
    extent = (-half, half) * dimension
    chances = {label: v / sum(law.densities(x).values()) for label, v in law.densities(x).items()}
    levels = [{"t": 1 - alpha_bar[k], "alpha_bar": alpha_bar[k], "log_snr": logits[k], "step": int(k)} for k in kept]
    return Scene(
        id=f"fake{dimension}d{n}", w=w, frames=levels, paths=stacked, extent=extent, steps_total=steps,
        laws={
            "base": "p(x | b)", "toward": "p(x | b)", "away": "p(x)",
            "unguided_title": "no guidance (w = 0): samples p(x | b)", "guided_title": "toward p(x | b), away from p(x)",
            "goals": [{"name": "conditional", "law": "p(x | b)"}],
        },
        measure={"reward_name": "p(b | x)", "reciprocal_name": "1 / p(b | x)", "kind": "cfg", "label": "b"},
        title="A class around another class" if dimension == 2 else "The Figure-1 stand-in", caption="Class b surrounds class a.",
        sampler=f"ddpm, {steps} steps",
        experiment={"sampler": {"kind": "ddpm", "steps": steps}, "w": list(w), "particles": n, "seed": seed},
        rows=_rows(w, chances["b"], x), exact=_exact(dimension), grids=_grids(law, extent), arrows=_arrows(law, extent, levels),
        final_class=np.argmax(np.stack(list(chances.values())), 0).astype(np.uint8),
    )  # fmt: skip


def _exact(dimension: int) -> dict[str, float | None]:
    slope = -0.1148 if dimension == 1 else None
    empty = {"mean_reward_w0": None, "slope_mean_reward_w0": None, "mean_reward_w1": None}
    return {"mean_reciprocal_w0": 2.0, "slope_mean_reciprocal_w0": slope, **empty}


def _rows(w: tuple[float, ...], chance: Array, x: Array) -> list[dict[str, Any]]:
    n, zero, rows = chance.shape[1], w.index(0), []
    for k, value in enumerate(w):
        reciprocal, better = 1 / chance[k], chance[k] > chance[zero]
        ordered = np.sort(reciprocal)[::-1]
        top = float(ordered[: max(1, n // 100)].sum() / ordered.sum())
        share = None if value == 0 else float(better.mean())
        rows.append({
            "w": value, "particles": n, "nonfinite": 0,
            "mean_reward": chance[k].mean(), "se_reward": chance[k].std() / n**0.5,
            "mean_reciprocal": reciprocal.mean(), "se_reciprocal": reciprocal.std() / n**0.5,
            "tail": {"k_hat": 0.3, "top_share": top, "reliable": top < 0.2},
            "improved": share, "se_improved": None if share is None else (share * (1 - share) / n) ** 0.5, "ties": 0.0,
            "improved_independent": None, "se_improved_independent": None, "identity": None, "path_kl": None, "se_path_kl": None,
            "spread": float(x[k].var(0).sum() ** 0.5), "mode_weight_tv": None, "off_support": None, "step_change": None,
            "distances": [{"to": "conditional", "energy_distance": _energy(x[k], x[zero]), "se": 0.002, "floor": 0.003}],
            "step_changes": {"mean_reward": None, "mean_reciprocal": None},
        })  # fmt: skip
    return rows


def _energy(x: Array, y: Array, m: int = 300) -> float:
    def gap(a: Array, b: Array) -> float:
        return float(np.linalg.norm(a[:, None] - b[None], axis=-1).mean())

    return 2 * gap(x[:m], y[-m:]) - gap(x[:m], x[:m]) - gap(y[-m:], y[-m:])


def _points(extent: tuple[float, ...], cells: int, centres: bool) -> Array:
    line = np.linspace(extent[0], extent[1], cells)
    if centres:
        line = extent[0] + (np.arange(cells) + 0.5) / cells * (extent[1] - extent[0])
    return line[:, None] if len(extent) == 2 else np.stack(np.meshgrid(line, line), -1)


def _grids(law: Mixture, extent: tuple[float, ...]) -> list[DensityGrid]:
    joint = law.densities(_points(extent, 96 if len(extent) == 4 else 401, centres=False))
    classes = [DensityGrid(f"class:{label}", extent, values) for label, values in joint.items()]
    whole = DensityGrid("density", extent, np.sum(list(joint.values()), 0))
    return [whole, *classes, DensityGrid("goal:conditional", extent, joint["b"] / 0.5)]


def _arrows(law: Mixture, extent: tuple[float, ...], levels: list[dict[str, float]]) -> Arrows:
    points = _points(extent, 20 if len(extent) == 4 else 40, centres=True)
    pairs = [law.scores(points, level["t"], "b") for level in levels]
    return Arrows(np.stack([p[0] for p in pairs]), np.stack([p[0] - p[1] for p in pairs]))
