"""From a Result to the Scene that the player draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.diffusion import Moment
from gdviz.exact_curves import find
from gdviz.experiment import Built, Experiment
from gdviz.guidance import WeightedGuidance
from gdviz.metrics.reading import Reader
from gdviz.player.law_field import SECONDS, law_field
from gdviz.player.live_model import live_model
from gdviz.player.scene import Arrows, DensityGrid, Scene
from gdviz.progress import ProgressCallback, silent
from gdviz.result import Result, measured_reward
from gdviz.scores.exact import Exact

LATTICE = 20
"""Arrows a side in 2-D; twice as many in 1-D."""

FIELD_1D, FIELD_2D = 400, 128
"""Points a side of the density grids."""

SHOWN_NOISE = 2e-3
"""Atoms have no density: their fields are drawn at this noise variance at least."""

NO_MASS = 1e-9
"""Mass of what has no label below which nothing of it is drawn."""


def scene_from_result(
    result: Result,
    title: str = "",
    caption: str = "",
    preview: bool = False,
    law_seconds: float | None = SECONDS,
    progress: ProgressCallback = silent,
) -> Scene:
    """Everything that the browser needs to draw a run, from the run with its frames kept.

    Parameters
    ----------
    result : Result
        Of a 1-D or 2-D Experiment, with `frames`.
    title, caption : str
        Of the preset, or empty.
    preview : bool
        Marks a coarse first answer, which has no law of the guided sampler.
    law_seconds : float, optional
        CPU time for that law; any if None.
    progress : ProgressCallback
        Told how far it is.
    """
    scene = scene_without_law(result, title, caption, preview)
    if preview:
        return scene
    return replace(scene, law=law_field(result.built, list(result.experiment.all_w), scene.extent, law_seconds, progress))


def scene_without_law(
    result: Result, title: str = "", caption: str = "", preview: bool = False, before: Scene | None = None
) -> Scene:
    """The scene of a run without the law of the guided sampler.

    `before` is the scene of an earlier Result of the same run, if there was one: what is the same in both is taken from it.
    """
    experiment, built = result.experiment, result.built
    assert result.frames is not None
    numbers: dict[str, Any] = {
        "rows": _rows_for_every_w(result),
        "exact": (result.to_dict()["exact"] or {}) | _law(experiment),
        "notes": result.notes,
    }
    if before is not None and before.paths.shape[2] == result.frames.shape[1]:
        return replace(before, **numbers)
    paths = np.ascontiguousarray(result.frames.transpose(0, 2, 1, 3))  # [W, F, N, d]
    extent = _extent(built, paths)
    drawn = before is not None and before.extent == extent
    return Scene(
        id=experiment.id,
        w=list(experiment.all_w),
        frames=[_frame(built, int(level)) for level in result.frame_levels],
        paths=paths,
        extent=extent,
        laws=_laws(experiment, built),
        measure=_measure(experiment, built),
        steps_total=built.levels.steps,
        title=title,
        caption=caption,
        sampler=f"{experiment.sampler.kind_name()}, {built.levels.steps} steps",
        experiment=experiment.model_dump(mode="json"),
        grids=before.grids if before and drawn else _grids(built, extent),
        arrows=before.arrows if before and drawn else _arrows(built, _frame_moments(built, result.frame_levels), extent),
        final_class=_final_class(built, paths[:, -1]),
        log_reward=_log_reward(experiment, built, paths[:, -1]),
        preview=preview,
        live=before.live if before and drawn else live_model(experiment, built, result.frame_levels, result.versions["device"]),
        **numbers,
    )


def _law(experiment: Experiment) -> dict[str, Any]:
    """The guided law's means, where they are shipped: the line below the curves over w."""
    return {"law": [asdict(point) for point in find(experiment) or ()]}


def _extent(built: Built, paths: NDArray[np.float32]) -> tuple[float, ...]:
    """Axes that hold the laws, the start and nearly all end points, equal in scale in 2-D."""
    low, high = (corner.numpy() for corner in built.law.box(1e-3))  # [d], [d]
    low, high = np.minimum(low, -2.2), np.maximum(high, 2.2)
    reach = 0.5 * (high - low)
    ends = paths[:, -1].reshape(-1, paths.shape[-1])  # [W N, d]
    ends = ends[np.isfinite(ends).all(-1)]
    if len(ends):
        inner = np.quantile(ends, [0.002, 0.998], axis=0)
        # Guided clouds may leave the law; runaways must not shrink the picture.
        low, high = np.maximum(np.minimum(low, inner[0]), low - reach), np.minimum(np.maximum(high, inner[1]), high + reach)
    centre, half = (low + high) / 2, 1.04 * (high - low) / 2
    if len(half) == 2:
        half = np.full(2, half.max())
    return tuple(float(v) for pair in zip(centre - half, centre + half, strict=True) for v in pair)


def _frame_moments(built: Built, frame_levels: NDArray[np.int64]) -> list[Moment]:
    """The step that starts at each frame; the last frame has the last step's."""
    moments = list(built.levels.moments())
    return [moments[min(int(level), len(moments) - 1)] for level in frame_levels]


def _frame(built: Built, level: int) -> dict[str, float]:
    levels = built.levels
    return {
        "t": float(levels.t[level]),
        "alpha_bar": float(levels.alpha_bar[level]),
        "log_snr": float(levels.log_snr[level]),
        "step": level,
    }


def _laws(experiment: Experiment, built: Built) -> dict[str, Any]:
    plan = built.plan
    source = "" if isinstance(experiment.score, Exact) else f", {experiment.score.source}"
    unguided = f"no guidance (w = 0): samples {plan.unguided.name}{source}"
    if plan.toward is None or plan.away is None:
        return {"base": plan.unguided.name, "unguided_title": unguided, "guided_title": unguided, "goals": []}
    return {
        "base": plan.unguided.name,
        "toward": plan.toward.name,
        "away": plan.away.name,
        "unguided_title": unguided,
        "guided_title": f"toward {plan.toward.name}, away from {plan.away.name}{source}",
        "goals": [{"name": goal.name, "law": goal.title} for goal in plan.goals],
    }


def _measure(experiment: Experiment, built: Built) -> dict[str, Any]:
    kind = experiment.guidance.kind_name()
    label = getattr(experiment.guidance, "label", None)
    if kind == "reward":
        kind = getattr(experiment.guidance, "form", "reward")
    name, measure = built.plan.reward_title, experiment.measure
    if measure is not None:  # what is read off is not what guides
        name = "measured reward" if measure.label is None else f"p({measure.label} | x)"
    return {"reward_name": name, "reciprocal_name": f"1 / {name}", "kind": "cfg" if label else kind, "label": label}


def _rows_for_every_w(result: Result) -> list[Mapping[str, Any]]:
    """The result's rows in the order of all_w; w = 0 that was run but not listed has a row of its w alone."""
    rows = {row["w"]: row for row in result.to_dict()["rows"]}
    return [rows.get(w, {"w": w}) for w in result.experiment.all_w]


def _axes(extent: tuple[float, ...], points: int) -> torch.Tensor:
    """Grid points, [n, 1] or [height, width, 2], ends included."""
    x = torch.linspace(extent[0], extent[1], points, dtype=torch.float64)
    if len(extent) == 2:
        return x[:, None]
    y = torch.linspace(extent[2], extent[3], points, dtype=torch.float64)
    return torch.stack(torch.meshgrid(x, y, indexing="xy"), -1)  # [height, width, 2]


def _grids(built: Built, extent: tuple[float, ...]) -> list[DensityGrid]:
    law, plan = built.law, built.plan
    x = _axes(extent, FIELD_1D if len(extent) == 2 else FIELD_2D)
    t = max(float(built.levels.t[-1]), SHOWN_NOISE if law.atomic else 0.0)
    density = law.log_density(x, t).exp()
    grids = [DensityGrid("density", extent, density.numpy())]
    joint = [density * law.log_posterior(label)(x, t).exp() for label in law.labels]  # [n] or [height, width] each
    grids += [DensityGrid(f"class:{label}", extent, part.numpy()) for label, part in zip(law.labels, joint, strict=True)]
    if joint and sum(law.class_probability(label) for label in law.labels) < 1 - NO_MASS:
        grids.append(DensityGrid("unlabelled", extent, (density - sum(joint)).clamp_min(0).numpy()))
    if plan.reward is not None:
        if getattr(plan.reward, "label", None) is None:
            grids.append(DensityGrid("reward", extent, plan.reward(x).numpy(), "linear"))
        for goal, target in (("goal:conditional", plan.toward), ("goal:tilted", plan.toward)):
            if target is not None and any(f"goal:{g.name}" == goal for g in plan.goals) and target is not law:
                grids.append(DensityGrid(goal, extent, target.log_density(x, t).exp().numpy()))
    return grids


def _arrows(built: Built, moments: list[Moment], extent: tuple[float, ...]) -> Arrows | None:
    """Base and push at the centres of equal cells of the axes, for each frame; None where the push depends on w."""
    if isinstance(built.plan.rule, WeightedGuidance):
        return None
    cells = LATTICE if len(extent) == 4 else 2 * LATTICE
    half = [(b - a) / (2 * cells) for a, b in zip(extent[::2], extent[1::2], strict=True)]
    inner = [v for a, b, h in zip(extent[::2], extent[1::2], half, strict=True) for v in (a + h, b - h)]
    x = _axes(tuple(inner), cells).to(torch.float32)
    base, push = [], []
    with torch.no_grad():
        for moment in moments:
            guided, _ = built.plan.rule(x, moment, None)
            base.append(guided.base.numpy())
            push.append((guided.push * guided.omega).numpy())
    return Arrows(np.stack(base), np.stack(push))


def _final_class(built: Built, ends: NDArray[np.float32]) -> NDArray[np.uint8] | None:
    law = built.law
    if len(law.labels) < 2:
        return None
    x = torch.from_numpy(ends).to(torch.float64)  # [W, N, d]
    posterior = torch.stack([law.log_posterior(label)(x) for label in law.labels])  # [L, W, N]
    return posterior.nan_to_num(nan=-torch.inf).argmax(0).to(torch.uint8).numpy()


def _log_reward(experiment: Experiment, built: Built, ends: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """log r at the end points [W, N], read as the result's rows read it."""
    reader = Reader(built.law, measured_reward(experiment, built) or built.plan.reward)
    if reader.reward is None:
        return None
    read = [reader(torch.from_numpy(x)).log_reward for x in ends]
    return np.stack([np.where(np.isfinite(log), log, np.nan) for log in read if log is not None]).astype(np.float32)
