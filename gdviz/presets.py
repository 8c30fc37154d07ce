"""The presets: ready experiments with a title that names the law, one file each in assets/presets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from gdviz.errors import GdvizError, bounded, did_you_mean
from gdviz.resources import resource

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

DEFAULT = "surrounded-class"
"""What a first visit shows."""


@dataclass(frozen=True)
class Preset:
    """An Experiment and what to say about it.

    Attributes
    ----------
    name : str
        The file's name, as in ``preset:NAME``.
    title : str
        Names the target and the laws that guide, on one line.
    caption : str
        What to look at.
    group : str
        Heading under which it is listed.
    experiment : Experiment
    """

    name: str
    title: str
    caption: str
    group: str
    experiment: Experiment


def names() -> tuple[str, ...]:
    """Every preset, in the order in which they are shown."""
    return tuple(_files())


def titles() -> dict[str, str]:
    """Name and title of every preset, in the order in which they are shown."""
    return {name: str(file["title"]) for name, file in _files().items()}


@cache
def load(name: str) -> Preset:
    """The preset of that name, read once: a page asks for it whenever it is drawn.

    Raises
    ------
    GdvizError
        If there is none; the message lists the known ones.
    """
    files = _files()
    if name not in files:
        raise GdvizError(f"preset: found {bounded(name, 60)!r}{did_you_mean(name, files)}; allowed: {', '.join(files)}.")
    from gdviz.experiment import Experiment  # torch takes a second: names, titles and refusals do without

    file = files[name]
    return Preset(name, file["title"], file["caption"], file["group"], Experiment.parse(file["experiment"]))


@cache
def _files() -> dict[str, dict[str, Any]]:
    """The files' contents by name, sorted by their `order`."""
    read = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in resource("assets", "presets").glob("*.json")}
    return dict(sorted(read.items(), key=lambda item: (item[1]["order"], item[0])))
