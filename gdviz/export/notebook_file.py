"""An executable notebook of a scene: its Experiment, its run, the player, the curves' numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gdviz import __version__
from gdviz.export.lines import python_lines

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

_SHOWN = 500
"""Particles whose paths the notebook's player shows: more would make a large file."""


def notebook(experiment: Experiment, title: str = "") -> str:
    """The notebook as JSON (nbformat 4.5).

    Parameters
    ----------
    experiment : Experiment
    title : str
        Its heading.
    """
    head = title or "A guided diffusion"
    value = python_lines(experiment).split("\nresult = ")[0]
    cells = [
        _cell("markdown", "about", f"# {head}\n\nMade by gdviz {__version__} (`pip install gdviz`). w = 0 is no guidance."),
        _cell("code", "experiment", value),
        _cell("code", "run", f"result = gdviz.run(experiment, frame_particles={_SHOWN})\nresult"),
        _cell("code", "rows", "for row in result.rows:\n    print(row.w, row.mean_reward, row.se_reward, row.improved)"),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    file = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    return json.dumps(file, indent=1, ensure_ascii=False) + "\n"


def _cell(kind: str, name: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}
