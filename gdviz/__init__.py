"""gdviz: see and check what guidance does to a diffusion model.

``gdviz.run(experiment)`` runs an `gdviz.Experiment` and gives a `gdviz.Result`; `gdviz.stream` shows it
as it grows; `gdviz.check` holds an Experiment, or your own sampler, against what is known exactly. They are fetched when
first used, so that importing the package does not wait for torch.
"""

from __future__ import annotations

import html
import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gdviz.errors import GdvizError as GdvizError
    from gdviz.experiment import Experiment as Experiment
    from gdviz.facts import check as check
    from gdviz.result import Result as Result
    from gdviz.result import run as run
    from gdviz.result import stream as stream

_HOMES = {
    "Experiment": "gdviz.experiment",
    "GdvizError": "gdviz.errors",
    "Result": "gdviz.result",
    "check": "gdviz.facts",
    "run": "gdviz.result",
    "stream": "gdviz.result",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gdviz' has no attribute {name!r}")
    found = importlib.import_module(_HOMES[name])
    if found.__name__ == "gdviz.result":
        found.Result.view = staticmethod(_player)
    return getattr(found, name)


def _player(result: Result) -> str:
    """The player as a notebook shows it, in a frame of its own; the table of rows where there are no paths to play."""
    if result.samples.shape[-1] > 2:
        return result.to_html_table()
    if result.frames is None or not result.frames.shape[1]:
        hint = "No paths were kept: gdviz.run(experiment, frame_particles=1500) shows them moving."
        return f"{result.to_html_table()}<p>{hint}</p>"
    from gdviz.player.build import scene_from_result
    from gdviz.player.scene import pack_scene
    from gdviz.player.standalone import standalone_html

    page = html.escape(standalone_html([pack_scene(scene_from_result(result))]))
    style = "width: 100%; height: 900px; border: 0"
    # The sandbox cuts it off from the notebook around it.
    return f'<iframe srcdoc="{page}" title="gdviz player" sandbox="allow-scripts" style="{style}"></iframe>'


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
