"""The law of the guided sampler at each w of a scene, worked out without particles, on a grid over the scene's axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from gdviz.errors import GdvizError
from gdviz.experiment import Built
from gdviz.guided_law import Budget, GuidedLaw, guided_laws, refusal
from gdviz.progress import ProgressCallback, silent

POINTS_1D, POINTS_2D = 400, 96
"""Points a side of the grids."""

STEPS, STEPS_IN_HASTE = 100, 50
"""Steps in noise level; the means have 200. The error, which is said, stays below what a screen shows: at most 6e-3 on the
presets, and four times that in haste."""

LOG_FLOOR = 1e-5
"""In 2-D values are kept down to this share of the largest of their w."""

SECONDS = 5.0
"""CPU time that a scene which somebody waits for gives to its law."""

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class LawField:
    """Densities of the law at the last noise level, in the limit of many steps.

    Attributes
    ----------
    values : array, shape [W, n] or [W, height, width]
        In the order of the scene's w; points from end to end of its extent, y ascending.
    errors : tuple of float
        How far refining the calculation moved each density, in total variation.
    absent : str
        Why there is none, as a clause; then the others are empty.
    """

    values: Floats
    errors: tuple[float, ...] = ()
    absent: str = ""

    @staticmethod
    def none(reason: str) -> LawField:
        """No densities, and why."""
        return LawField(np.zeros(0), absent=reason)


def law_field(
    built: Built, w: list[float], extent: tuple[float, ...], seconds: float | None = SECONDS, progress: ProgressCallback = silent
) -> LawField:
    """The law at each w over the axes, or the reason why it is not there: `find_laws`, `on_axes`."""
    return on_axes(find_laws(built, w, seconds, progress), extent)


def find_laws(
    built: Built, w: list[float], seconds: float | None = SECONDS, progress: ProgressCallback = silent
) -> tuple[GuidedLaw, ...] | str:
    """The law at each w, or the reason why it is not there.

    Parameters
    ----------
    built : Built
    w : list of float
    seconds : float, optional
        CPU time it may take; in haste, with fewer steps. Any, if None.
    progress : ProgressCallback
    """
    reason = refusal(built.plan, built.sampler)
    if reason is not None:
        return reason
    within, steps = (progress, STEPS) if seconds is None else (Budget(seconds, progress), STEPS_IN_HASTE)
    try:
        return guided_laws(built.plan, built.sampler, built.levels, w, steps=steps, means=False, progress=within)
    except GdvizError as error:
        return str(error).removeprefix("guided law: ").rstrip(".")


def on_axes(laws: tuple[GuidedLaw, ...] | str, extent: tuple[float, ...]) -> LawField:
    """What `find_laws` found, over the axes (x0, x1) or (x0, x1, y0, y1)."""
    if isinstance(laws, str):
        return LawField.none(laws)
    values = np.stack([_on_line(law, extent) if len(extent) == 2 else _on_plane(law, extent) for law in laws])
    return LawField(values, tuple(law.error_density for law in laws))


def _on_line(law: GuidedLaw, extent: tuple[float, ...]) -> Floats:
    x = np.linspace(extent[0], extent[1], POINTS_1D)
    return np.interp(x, law.axes[0].numpy(), law.density.numpy(), left=0.0, right=0.0)


def _on_plane(law: GuidedLaw, extent: tuple[float, ...]) -> Floats:
    """Interpolated in the logarithm, which is smoother; [height, width]."""
    with np.errstate(divide="ignore"):
        log_q = np.log(law.density.numpy()).T  # [n_2, n_1]
    least = log_q.max() + 2 * np.log(LOG_FLOOR)
    places = [
        (np.linspace(low, high, POINTS_2D) - float(axis[0])) / float(axis[1] - axis[0])
        for low, high, axis in zip(extent[::2], extent[1::2], law.axes, strict=True)
    ]
    at = np.meshgrid(places[1], places[0], indexing="ij")  # rows y, columns x
    return np.asarray(np.exp(map_coordinates(np.maximum(log_q, least), at, order=1, mode="constant", cval=least)))


# ---------------------------------------------------------------------- bytes
def to_codes(values: Floats) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """[W, height, width] as bytes, logarithms from LOG_FLOOR (0) to the largest of each w (255), and these largest [W]."""
    largest = values.max((1, 2))  # [W]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 - np.log(values / largest[:, None, None]) / np.log(LOG_FLOOR)  # 1 where largest
    return np.rint(255 * np.clip(np.nan_to_num(share, nan=0.0), 0, 1)).astype(np.uint8), largest.astype(np.float32)


def from_codes(codes: NDArray[np.uint8], largest: NDArray[np.float32]) -> Floats:
    """The densities that `to_codes` wrote, to within 2.3 %; below the floor 0."""
    values = largest[:, None, None] * LOG_FLOOR ** (1 - codes / 255.0)
    return np.where(codes > 0, values, 0.0)
