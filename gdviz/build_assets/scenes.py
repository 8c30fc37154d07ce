"""Makes the presets' ready scenes in assets/scenes: ``python -m gdviz.player.ship [NAME ...]``.

The scenes depend on the program's numbers, so they are made again when those change on purpose; a test
says which are out of date.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from gdviz.player.make import make_scene, scene_key
from gdviz.presets import load, names
from gdviz.resources import resource
from gdviz.store import SceneStore


def ship(chosen: tuple[str, ...] = ()) -> None:
    """Make the scenes of the named presets, or of all of them and of nothing else."""
    root = resource("assets") / "scenes"
    if not chosen:
        shutil.rmtree(root, ignore_errors=True)
    store = SceneStore(root)
    for name in chosen or names():
        preset = load(name)
        digest = make_scene(preset.experiment.canonical(), preset.title, preset.caption, False, str(root), in_haste=False)
        store.link(f"preset-{name}", digest)
        print(f"{name}: {(Path(root) / 'scenes' / digest).stat().st_size / 1e6:.2f} MB", flush=True)


def out_of_date() -> list[str]:
    """Presets whose shipped scene is missing or belongs to another Experiment."""
    store = SceneStore(resource("assets") / "scenes")
    return [
        name
        for name in names()
        if (digest := store.find(scene_key(load(name).experiment.id))) is None or digest != store.find(f"preset-{name}")
    ]


if __name__ == "__main__":
    ship(tuple(sys.argv[1:]))
