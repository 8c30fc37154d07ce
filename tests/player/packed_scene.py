"""A small scene with everything in it, and the module that hands it to the JavaScript tests.

``python tests/player/packed_scene.py`` writes ``tests/player/js/packed.js`` anew, after the format changed.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from gdviz.player import Arrows, DensityGrid, Scene, pack_scene, unpack_scene
from gdviz.player.law_field import LawField

FILE = Path(__file__).parent / "js" / "packed.js"
W, F, N = 3, 4, 5


def packed_scene() -> Scene:
    """In the plane, w unsorted; one particle is lost in one run."""
    rng = np.random.default_rng(0)
    extent = (-2.0, 2.0, -1.0, 3.0)
    paths = rng.uniform(-1, 2, (W, F, N, 2)).astype(np.float32)
    paths[2, 2:, 1] = np.nan
    bell = np.exp(-np.add.outer(np.linspace(-2, 2, 6) ** 2, np.linspace(-2, 2, 8) ** 2))  # [height, width]
    log_reward = -rng.exponential(1, (W, N)).astype(np.float32)
    log_reward[2, 1] = np.nan
    w = (1, 0, 3)
    times = (0.9, 0.6, 0.3, 0.01)
    levels = [{"t": t, "alpha_bar": 1 - t, "log_snr": float(np.log((1 - t) / t)), "step": k} for k, t in enumerate(times)]
    return Scene(
        id="packed", w=w, frames=levels, paths=paths, extent=extent, steps_total=3, title="packed",
        laws={"base": "p(x)", "unguided_title": "no guidance", "guided_title": "guided", "goals": []},
        measure={"kind": "reward", "reward_name": "r(x)", "reciprocal_name": "1 / r(x)", "label": None},
        experiment={"seed": 0}, rows=[{"w": each, "particles": N, "nonfinite": 0} for each in w], exact={},
        grids=(DensityGrid("density", extent, bell), DensityGrid("reward", extent, 2 * bell, "linear")),
        arrows=Arrows(rng.normal(0, 1, (F, 20, 20, 2)), rng.normal(0, 2, (F, 20, 20, 2))),
        final_class=rng.integers(0, 3, (W, N)).astype(np.uint8), log_reward=log_reward,
        law=LawField(bell * np.array([1.0, 2, 3])[:, None, None], (0.1, 0.2, 0.3)), notes=("a note",),
    )  # fmt: skip


def expected() -> dict[str, Any]:
    """What is read back in Python, over w ascending; not finite numbers are null."""
    scene = unpack_scene(pack_scene(packed_scene()))
    order = np.argsort(scene.w)
    assert scene.arrows and scene.law and scene.final_class is not None and scene.log_reward is not None
    values: dict[str, Any] = {
        "w": np.asarray(scene.w)[order], "paths": scene.paths[order],
        "density": scene.grids[0].values, "reward": scene.grids[1].values,
        "finalClass": scene.final_class[order], "logReward": scene.log_reward,
        "base": scene.arrows.base[:, 3, 4], "push": scene.arrows.push[:, 3, 4],
        "law": (scene.law.values / scene.law.values.max((1, 2), keepdims=True))[order],
    }  # fmt: skip
    return {name: plain(array) for name, array in values.items()}


def plain(array: Any) -> Any:
    if isinstance(array, np.ndarray):
        return [plain(item) for item in array]
    return float(f"{array:.6g}") if np.isfinite(array) else None


def packed_bytes(text: str) -> bytes:
    """The bytes that such a module holds."""
    lines = text.split("PACKED = [", 1)[1].split("]", 1)[0]
    return base64.b64decode("".join(line.strip(' ",') for line in lines.splitlines()))


def module() -> str:
    """The JavaScript module."""
    data = base64.b64encode(pack_scene(packed_scene())).decode()
    lines = "\n".join(f'  "{data[k : k + 120]}",' for k in range(0, len(data), 120))
    wanted = ",\n".join(f"  {name}: {json.dumps(value, separators=(',', ':'))}" for name, value in expected().items())
    head = "// Written by tests/player/packed_scene.py: the bytes of a scene in base64, and what Python reads in them."
    return f"{head}\n\nexport const PACKED = [\n{lines}\n].join(\"\");\n\nexport const EXPECTED = {{\n{wanted},\n}};\n"


if __name__ == "__main__":
    FILE.write_text(module(), encoding="utf-8")
