"""The presets' ready scenes, so that a first visit sees one move at once."""

from __future__ import annotations

from pathlib import Path

from gdviz.presets import load
from gdviz.presets import names as preset_names
from gdviz.resources import resource
from gdviz.store import SceneStore
from gdviz.studies import StudyContext
from gdviz.studies.scene import SceneStudy, scene_key

KIND, FOLDER = "scenes", "scenes"


def names() -> list[str]:
    """The presets."""
    return list(preset_names())


def missing() -> list[str]:
    """Presets whose shipped scene is missing or belongs to another Experiment."""
    store = SceneStore(_root())
    return [
        name
        for name in names()
        if (digest := store.find(scene_key(load(name).experiment.id))) is None or digest != store.find(f"preset-{name}")
    ]


def build(name: str) -> str:
    """Make the scene of a preset."""
    preset, store = load(name), SceneStore(_root())
    scene = SceneStudy(preset.experiment, preset.title, preset.caption, in_haste=False)
    data = scene.run(StudyContext(_root())).to_bytes()
    store.link(f"preset-{name}", store.write(scene.key, data))
    return f"{len(data) / 1e6:.2f} MB"


def prune() -> None:
    """Remove scenes and keys of no preset."""
    keys = {key for name in names() for key in (f"preset-{name}", scene_key(load(name).experiment.id))}
    for entry in (_root() / "index").glob("*"):
        if entry.name not in keys:
            entry.unlink()
    used = {entry.read_text() for entry in (_root() / "index").glob("*")}
    for scene in (_root() / "scenes").glob("*"):
        if scene.name not in used:
            scene.unlink()


def _root() -> Path:
    return Path(str(resource("assets"))) / FOLDER
