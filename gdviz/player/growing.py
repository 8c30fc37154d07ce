"""The scene of a run that still goes on: each later one takes over what is the same."""

from __future__ import annotations

from dataclasses import replace

from gdviz.player.build import scene_without_law
from gdviz.player.law_field import LawField
from gdviz.player.scene import Scene, encoded_paths, pack_scene
from gdviz.result import Result


class GrowingScene:
    """A run's scene, from its first particles to the whole.

    Parameters
    ----------
    title, caption : str
        Written on it.
    preview : bool
        Marks a coarse run, which grows no further.

    Attributes
    ----------
    scene : Scene or None
        The newest.
    """

    def __init__(self, title: str = "", caption: str = "", preview: bool = False) -> None:
        self.scene: Scene | None = None
        self._words = title, caption, preview
        self._encoded: bytes | None = None

    def grow(self, result: Result) -> Scene:
        """The scene of a later Result, without the law of the guided sampler; it says what is still missing."""
        before = self.scene
        self.scene = replace(scene_without_law(result, *self._words, before=before), missing=_missing(result))
        if before is None or self.scene.paths is not before.paths:
            self._encoded = None
        return self.scene

    def packed(self, law: LawField | None = None) -> bytes:
        """The newest scene's bytes, whole with its law."""
        assert self.scene is not None
        if self._encoded is None:
            self._encoded = encoded_paths(self.scene)
        preview = self.scene.preview
        scene = self.scene if law is None and not preview else replace(self.scene, law=law, missing=())
        return pack_scene(scene, self._encoded)


def _missing(result: Result) -> tuple[str, ...]:
    few = result.samples.shape[1] < result.experiment.particles
    far = any(row.distances for row in result.rows) or not result.built.plan.goals
    found = {"particles": not few, "distances": far, "exact": result.complete, "law": False}
    return tuple(name for name, there in found.items() if not there)
