"""A scene in every form that others can open: page, notebook, script, poster, Experiment."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdviz.errors import GdvizError
from gdviz.export.lines import python_lines
from gdviz.export.notebook_file import notebook

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

FORMS = {
    ".html": "a page that plays without a server",
    ".ipynb": "a notebook",
    ".py": "a script",
    ".png": "a poster",
    ".svg": "a poster",
    ".json": "the Experiment",
}
"""What is written, by the ending of its name."""

DRAWN = (".html", ".png", ".svg")
"""Those that need the scene's particles."""


@dataclass(frozen=True)
class Shared:
    """What is shared.

    Attributes
    ----------
    experiment : Experiment
    title : str
        Of its preset, or empty.
    scene : callable
        Gives the packed scene (`gdviz.player.scene`); called for the forms in `DRAWN` alone.
    w : float or None
        The guidance scale of the poster, or the computed one next to it; the largest if None.
    frame : int or None
        The moment of the poster; the last if None, or if there are no more.
    view : str
        The player's view, as an address holds it.
    """

    experiment: Experiment
    title: str
    scene: Callable[[], bytes]
    w: float | None = None
    frame: int | None = None
    view: str = ""

    def form(self, ending: str) -> bytes:
        """The file's bytes.

        Raises
        ------
        GdvizError
            For an ending that is none of `FORMS`.
        """
        if ending not in FORMS:
            raise GdvizError(f"found a name that ends in {ending!r}; allowed: {', '.join(FORMS)}.")
        if ending in DRAWN:
            return self._drawn(ending)
        if ending == ".json":
            return (json.dumps(self.experiment.model_dump(mode="json"), indent=1) + "\n").encode()
        return (python_lines(self.experiment) if ending == ".py" else notebook(self.experiment, self.title)).encode()

    def _drawn(self, ending: str) -> bytes:
        packed = self.scene()
        if ending == ".html":
            from gdviz.player.standalone import standalone_html

            selection = {"view": self.view} if self.view else None
            return standalone_html([packed], selection, self.title or "gdviz").encode()
        from gdviz.export.poster import poster
        from gdviz.player.scene import unpack_scene

        scene = unpack_scene(packed)
        asked = max(scene.w) if self.w is None else self.w
        w = min(scene.w, key=lambda value: abs(value - asked))
        last = len(scene.frames) - 1
        picture = poster(scene, w, last if self.frame is None else min(self.frame, last))
        if ending == ".png":
            from gdviz.papers.png import to_png

            return to_png(picture)
        from gdviz.papers.svg import to_svg

        return to_svg(picture).encode()
