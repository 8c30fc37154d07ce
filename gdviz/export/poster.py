"""One moment of a scene as a picture: the unguided particles, and beside them the guided ones from the same noise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdviz.papers.picture import Bars, Dots, Mark, Panel, Picture, floats
from gdviz.player.scene import Scene

SIDE = 380
BINS = 60


def poster(scene: Scene, w: float, frame: int) -> Picture:
    """The picture, which `gdviz.papers` writes as PNG or SVG.

    Parameters
    ----------
    scene : Scene
    w : float
        One of the scene's.
    frame : int
        Which of its moments.
    """
    shown = dict.fromkeys([0.0, float(w)])
    panels = tuple(_panel(scene, value, scene.paths[list(scene.w).index(value), frame]) for value in shown)
    moment = f"t = {scene.frames[frame]['t']:.3g}" if frame < len(scene.frames) - 1 else "at the end"
    return Picture(f"{scene.title or 'A scene'} ({scene.sampler}, {moment})", (panels,))


def _panel(scene: Scene, w: float, points: NDArray[Any]) -> Panel:
    colour = "no_guidance" if w == 0 else "guided"
    title = scene.laws["unguided_title"] if w == 0 else f"w = {w:g}: {scene.laws['guided_title']}"
    points = points[np.isfinite(points).all(-1)]  # [n, d]
    x0, x1, *rest = scene.extent
    marks: list[Mark] = []
    if rest:
        marks.append(Dots(floats(points[:, 0]), floats(points[:, 1]), colour, size=2.6, opacity=0.55))
        return Panel(title, "x", "y", (x0, x1), (rest[0], rest[1]), tuple(marks), width=SIDE, height=SIDE)
    heights, edges = np.histogram(points[:, 0], BINS, (x0, x1), density=True)
    marks.append(Bars(floats(edges), floats(heights), colour))
    return Panel(title, "x", "density", (x0, x1), (0.0, 1.15 * float(heights.max() or 1.0)), tuple(marks), width=SIDE, height=260)
