"""A figure of the papers, as background work whose end is kept in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdviz import __version__
from gdviz.jobs.keep import kept
from gdviz.papers.paper_figure import FORMAT

if TYPE_CHECKING:
    from gdviz.jobs import Report


def figure_key(number: int, quick: bool) -> str:
    """The store's and the pool's key of a figure: its Experiments, and the program and format that made it.

    Raises
    ------
    GdvizError
        If there is no such figure.
    """
    from gdviz.papers.make import figure_id

    return f"{figure_id(number, quick)}-{__version__}-figure{number}-{FORMAT}"


def run_figure(number: int, quick: bool, root: str, report: Report) -> bytes:
    """Make a figure and keep it in the store at `root`: JSON, read by `PaperFigure.from_json`.

    A store that refuses loses only the copy.
    """
    from gdviz.papers.make import make

    answer = make(number, quick, progress=report.progress, executor=report.executor).to_json().encode()
    return kept(root, figure_key(number, quick), answer)
