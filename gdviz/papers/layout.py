"""A picture laid out on a page in pixels: axes, ticks, marks and legend as the few strokes that any pen can do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from gdviz.palette import LIGHT, Palette
from gdviz.papers.picture import Band, Bars, Dots, Floats, Line, Mark, Panel, Picture, Reach

Point = tuple[float, float]

LEFT, RIGHT, TOP, BOTTOM = 50, 12, 26, 44
"""Room around a panel's box, in pixels."""

EDGE = 14
TITLE, WORDS, SMALL = 16, 12, 11
"""Sizes of letters."""

GRID, FRAME, INK = "#e4e7eb", "#9aa3af", "#16181c"


class Pen(Protocol):
    """What can draw. Colours are ``#rrggbb``, lengths pixels, y grows downwards."""

    def line(self, points: Sequence[Point], colour: str, width: float, dash: str = "solid") -> None: ...

    def area(self, points: Sequence[Point], colour: str, opacity: float) -> None: ...

    def disc(self, at: Point, diameter: float, colour: str, opacity: float, hollow: bool) -> None: ...

    def text(self, at: Point, words: str, size: float, colour: str, anchor: str = "start", upright: bool = False) -> None: ...

    def width_of(self, words: str, size: float) -> float: ...


def page_size(picture: Picture, pen_width: Pen) -> tuple[int, int]:
    """Width and height of the whole page."""
    width = max(sum(panel.width + LEFT + RIGHT for panel in row) for row in picture.rows) + 2 * EDGE
    height = _head(picture, pen_width, width) + sum(_row_height(row) for row in picture.rows) + EDGE
    return width, height


def draw(picture: Picture, pen: Pen, palette: Palette = LIGHT) -> None:
    """Draw everything with a pen."""
    width, _ = page_size(picture, pen)
    pen.text((EDGE, EDGE + TITLE), picture.title, TITLE, INK)
    for at, mark in _legend(picture, pen, width):
        _swatch(pen, at, mark, palette)
        pen.text((at[0] + 28, at[1] + 4), mark.name, WORDS, INK)
    y = _head(picture, pen, width)
    for row in picture.rows:
        x = EDGE
        for panel in row:
            _panel(pen, panel, x + LEFT, y + TOP, palette)
            x += panel.width + LEFT + RIGHT
        y += _row_height(row)


def _row_height(row: Sequence[Panel]) -> int:
    return max(panel.height for panel in row) + TOP + BOTTOM


def _head(picture: Picture, pen: Pen, width: int) -> int:
    """Height of title and legend."""
    lines = [at[1] for at, _ in _legend(picture, pen, width)]
    return int((max(lines) if lines else EDGE + TITLE) + 16)


def named(picture: Picture) -> list[Mark]:
    """The first mark of each name, in the order in which they are met."""
    marks: dict[str, Mark] = {}
    for mark in (mark for row in picture.rows for panel in row for mark in panel.marks):
        if mark.name:
            marks.setdefault(mark.name, mark)
    return list(marks.values())


def _legend(picture: Picture, pen: Pen, width: int) -> Iterator[tuple[Point, Mark]]:
    """Each entry's place, flowing over lines."""
    x, y = float(EDGE), EDGE + TITLE + 20.0
    for mark in named(picture):
        taken = 28 + pen.width_of(mark.name, WORDS) + 20
        if x > EDGE and x + taken > width - EDGE:
            x, y = float(EDGE), y + 20
        yield (x, y), mark
        x += taken


def _swatch(pen: Pen, at: Point, mark: Mark, palette: Palette) -> None:
    x, y = at
    colour = getattr(palette, mark.colour)
    if isinstance(mark, Line):
        pen.line([(x, y), (x + 22, y)], colour, 1.8, mark.dash)
    elif isinstance(mark, Dots):
        pen.disc((x + 11, y), max(6.0, mark.size), colour, 1.0, mark.hollow)
    elif isinstance(mark, Reach):
        _reach(pen, x + 11, y - 6, y + 6, colour)
    else:
        pen.area([(x + 2, y - 5), (x + 20, y - 5), (x + 20, y + 5), (x + 2, y + 5)], colour, 0.45)


@dataclass(frozen=True)
class _Axes:
    """From numbers to pixels."""

    panel: Panel
    left: float
    top: float

    def x(self, value: float) -> float:
        low, high = self.panel.x_range
        if self.panel.log_x:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return self.left + (value - low) / (high - low) * self.panel.width

    def y(self, value: float) -> float:
        low, high = self.panel.y_range
        return self.top + (high - value) / (high - low) * self.panel.height

    def inside(self, x: float, y: float) -> bool:
        (a, b), (c, d) = self.panel.x_range, self.panel.y_range
        return a <= x <= b and c <= y <= d

    def points(self, x: Floats, y: Floats) -> list[Point]:
        """Pixels of the points on the axes; heights are held inside, so that a curve that leaves runs along the edge."""
        (a, b), (c, d) = self.panel.x_range, self.panel.y_range
        return [(self.x(u), self.y(min(max(v, c), d))) for u, v in zip(x, y, strict=True) if a <= u <= b]


def _panel(pen: Pen, panel: Panel, left: float, top: float, palette: Palette) -> None:
    axes = _Axes(panel, left, top)
    right, bottom = left + panel.width, top + panel.height
    for value, label in ticks(*panel.x_range, log=panel.log_x, room=panel.width / 42):
        pen.line([(axes.x(value), top), (axes.x(value), bottom)], GRID, 1)
        pen.text((axes.x(value), bottom + 15), label, SMALL, INK, "middle")
    for value, label in ticks(*panel.y_range, room=panel.height / 34):
        pen.line([(left, axes.y(value)), (right, axes.y(value))], GRID, 1)
        pen.text((left - 5, axes.y(value) + 4), label, SMALL, INK, "end")
    for mark in panel.marks:
        _mark(pen, axes, mark, getattr(palette, mark.colour))
    pen.line([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], FRAME, 1)
    pen.text(((left + right) / 2, top - 8), panel.title, WORDS, INK, "middle")
    pen.text(((left + right) / 2, bottom + 33), panel.x_title, WORDS, INK, "middle")
    pen.text((left - 37, (top + bottom) / 2), panel.y_title, WORDS, INK, "middle", upright=True)


def _mark(pen: Pen, axes: _Axes, mark: Mark, colour: str) -> None:
    if isinstance(mark, Line):
        pen.line(axes.points(mark.x, mark.y), colour, 1.8, mark.dash)
    elif isinstance(mark, Band):
        pen.area([*axes.points(mark.x, mark.high), *reversed(axes.points(mark.x, mark.low))], colour, 0.22)
    elif isinstance(mark, Bars):
        for (a, b), height in zip(pairwise(mark.edges), mark.heights, strict=True):
            pen.area(axes.points((a, a, b, b), (0.0, height, height, 0.0)), colour, 0.45)
    elif isinstance(mark, Reach):
        for x, y, half in zip(mark.x, mark.y, mark.half, strict=True):
            ends = axes.points((x, x), (y - half, y + half))
            if ends:
                _reach(pen, ends[0][0], ends[1][1], ends[0][1], colour)
    else:
        for x, y in zip(mark.x, mark.y, strict=True):
            if axes.inside(x, y):
                pen.disc((axes.x(x), axes.y(y)), mark.size, colour, mark.opacity, mark.hollow)


def _reach(pen: Pen, x: float, top: float, bottom: float, colour: str) -> None:
    pen.line([(x, top), (x, bottom)], colour, 1.2)
    for y in (top, bottom):
        pen.line([(x - 3, y), (x + 3, y)], colour, 1.2)


def ticks(low: float, high: float, log: bool = False, room: float = 6) -> list[tuple[float, str]]:
    """Round numbers of a range and how they are written: at most about `room`, powers of ten on a logarithmic axis.

    >>> [label for _, label in ticks(0, 1)], [label for _, label in ticks(0.008, 12, log=True)]
    (['0', '0.2', '0.4', '0.6', '0.8', '1'], ['0.01', '0.1', '1', '10'])
    """
    if log:
        powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
        return [(10.0**k, f"{10.0**k:g}") for k in powers]
    rough = (high - low) / max(2.0, room)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * k for k in (1, 2, 5, 10) if unit * k >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(k * step, f"{k * step:.6g}".replace("-", "−")) for k in range(first, last + 1)]
