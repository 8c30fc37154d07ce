"""A picture as data: panels in rows, marks in panels. Every way to draw it (PNG, SVG, plotly) reads this and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from gdviz.record import Record

Floats = tuple[float, ...]


@dataclass(frozen=True)
class Line:
    """A curve; `dash` is solid, dash or dot. In all marks `colour` names a meaning of `gdviz.palette.Palette`."""

    x: Floats
    y: Floats
    colour: str
    name: str = ""
    dash: str = "solid"
    mark: Literal["Line"] = field(default="Line", kw_only=True)


@dataclass(frozen=True)
class Band:
    """The region between two curves."""

    x: Floats
    low: Floats
    high: Floats
    colour: str
    name: str = ""
    mark: Literal["Band"] = field(default="Band", kw_only=True)


@dataclass(frozen=True)
class Bars:
    """A histogram: heights [m] over edges [m + 1]."""

    edges: Floats
    heights: Floats
    colour: str
    name: str = ""
    mark: Literal["Bars"] = field(default="Bars", kw_only=True)


@dataclass(frozen=True)
class Reach:
    """Upright error bars: y - half to y + half."""

    x: Floats
    y: Floats
    half: Floats
    colour: str
    name: str = ""
    mark: Literal["Reach"] = field(default="Reach", kw_only=True)


@dataclass(frozen=True)
class Dots:
    """Points of a diameter in pixels; `hollow` ones are rings."""

    x: Floats
    y: Floats
    colour: str
    name: str = ""
    size: float = 5.0
    opacity: float = 1.0
    hollow: bool = False
    mark: Literal["Dots"] = field(default="Dots", kw_only=True)


Mark = Annotated[Line | Band | Bars | Reach | Dots, Field(discriminator="mark")]


@dataclass(frozen=True)
class Panel:
    """One pair of axes.

    Attributes
    ----------
    title, x_title, y_title : str
    x_range, y_range : (float, float)
    marks : tuple of Mark
        From the bottom to the top; of those with one name, the first stands in the legend.
    log_x : bool
    width, height : int
        Pixels of the axes' box.
    """

    title: str
    x_title: str
    y_title: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    marks: tuple[Mark, ...]
    log_x: bool = False
    width: int = 168
    height: int = 168


@dataclass(frozen=True)
class Picture(Record):
    """Rows of panels below a title."""

    title: str
    rows: tuple[tuple[Panel, ...], ...]


def floats(values: Iterable[Any]) -> Floats:
    """Numbers of six digits: more would not be seen."""
    return tuple(float(f"{float(value):.6g}") for value in values)
