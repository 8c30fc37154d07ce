"""A figure's files: picture as PNG, SVG and a page, numbers as JSON and CSV."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from gdviz.papers.interactive import to_html
from gdviz.papers.paper_figure import PaperFigure
from gdviz.papers.png import to_png
from gdviz.papers.svg import to_svg

CONTENTS: dict[str, Callable[[PaperFigure], bytes]] = {
    "png": lambda figure: to_png(figure.picture),
    "svg": lambda figure: to_svg(figure.picture, figure.sentence).encode(),
    "html": lambda figure: to_html(figure.picture, figure.sentence).encode(),
    "json": lambda figure: (json.dumps(figure.numbers(), indent=1, allow_nan=False) + "\n").encode(),
    "csv": lambda figure: figure.csv().encode(),
}
"""What each kind of file holds."""


def paths(folder: Path, stem: str) -> list[Path]:
    """The files of a figure in a folder."""
    return [folder / f"{stem}.{ending}" for ending in CONTENTS]


def write(figure: PaperFigure, folder: Path) -> list[Path]:
    """Write all files into a folder that is there.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    for path, content in zip(paths(folder, figure.stem), CONTENTS.values(), strict=True):
        path.write_bytes(content(figure))
    return paths(folder, figure.stem)
