"""What a notebook shows: `run` and `stream` as the package gives them, whose results show themselves as the player."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from typing import ParamSpec

from gdviz import result
from gdviz.progress import Progress
from gdviz.result import Result

P = ParamSpec("P")


def _with_player(run: Callable[P, Result]) -> Callable[P, Result]:
    @wraps(run)
    def shown(*args: P.args, **kwargs: P.kwargs) -> Result:
        return replace(run(*args, **kwargs), view=player_html)

    return shown


def _each_with_player(stream: Callable[P, Iterator[Progress | Result]]) -> Callable[P, Iterator[Progress | Result]]:
    @wraps(stream)
    def shown(*args: P.args, **kwargs: P.kwargs) -> Iterator[Progress | Result]:
        for item in stream(*args, **kwargs):
            yield replace(item, view=player_html) if isinstance(item, Result) else item

    return shown


run = _with_player(result.run)
stream = _each_with_player(result.stream)


def player_html(result: Result) -> str:
    """The player in a frame of its own; the table of rows where there are no paths to play."""
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
