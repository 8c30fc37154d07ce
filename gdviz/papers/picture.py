"""A picture as data: panels in rows, marks in panels. Every way to draw it (PNG, SVG, plotly) reads this and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

Floats = tuple[float, ...]


@dataclass(frozen=True)
class Line:
    """A curve; `dash` is solid, dash or dot. In all marks `colour` names a meaning of `gdviz.palette.Palette`."""

    x: Floats
    y: Floats
    colour: str
    name: str = ""
    dash: str = "solid"


@dataclass(frozen=True)
class Band:
    """The region between two curves."""

    x: Floats
    low: Floats
    high: Floats
    colour: str
    name: str = ""


@dataclass(frozen=True)
class Bars:
    """A histogram: heights [m] over edges [m + 1]."""

    edges: Floats
    heights: Floats
    colour: str
    name: str = ""


@dataclass(frozen=True)
class Reach:
    """Upright error bars: y - half to y + half."""

    x: Floats
    y: Floats
    half: Floats
    colour: str
    name: str = ""


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


Mark = Line | Band | Bars | Reach | Dots
_MARKS: dict[str, type[Mark]] = {kind.__name__: kind for kind in (Line, Band, Bars, Reach, Dots)}


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
class Picture:
    """Rows of panels below a title."""

    title: str
    rows: tuple[tuple[Panel, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON, with numbers of six digits."""
        rows = [[{**asdict(panel), "marks": [_plain(mark) for mark in panel.marks]} for panel in row] for row in self.rows]
        return {"title": self.title, "rows": rows}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Picture:
        return cls(value["title"], tuple(tuple(_panel(panel) for panel in row) for row in value["rows"]))


def floats(values: Iterable[Any]) -> Floats:
    """Numbers of six digits: more would not be seen."""
    return tuple(float(f"{float(value):.6g}") for value in values)


def _plain(mark: Mark) -> dict[str, Any]:
    return {"mark": type(mark).__name__, **asdict(mark)}


def _panel(value: Mapping[str, Any]) -> Panel:
    ranges = {key: tuple(value[key]) for key in ("x_range", "y_range")}
    return Panel(**{**value, **ranges, "marks": tuple(_mark(dict(mark)) for mark in value["marks"])})


def _mark(value: dict[str, Any]) -> Mark:
    kind = _MARKS[value.pop("mark")]
    fields: dict[str, Any] = {key: tuple(part) if isinstance(part, list) else part for key, part in value.items()}
    return kind(**fields)
