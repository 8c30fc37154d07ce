"""A picture as PNG, drawn with Pillow: no browser, no network, no other library."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from PIL import Image, ImageColor, ImageDraw, ImageFont

from gdviz.papers.layout import Point, draw, page_size
from gdviz.papers.picture import Picture

SCALE = 2
"""Pixels of the file a pixel of the layout, for sharp screens and paper."""

FINER = 2
"""Drawn so many times larger and then averaged: smooth edges."""

DASHES = {"solid": (), "dash": (7.0, 4.0), "dot": (2.0, 3.0)}
"""On and off, in pixels of the layout; for all pens."""


@cache
def font(size: float) -> Any:
    """Pillow's own typeface, which travels with it."""
    return ImageFont.load_default(size)


def width_of(words: str, size: float) -> float:
    """Length of a line of text."""
    return float(font(size).getlength(_typeset(words)))


def _typeset(words: str) -> str:
    """The typeface has no minus sign."""
    return words.replace("−", "-")


def to_png(picture: Picture) -> bytes:
    """The file's bytes."""
    pen = _PillowPen()
    width, height = page_size(picture, pen)
    pen.begin(width, height)
    draw(picture, pen)
    buffer = io.BytesIO()
    small = pen.image.resize((width * SCALE, height * SCALE), Image.Resampling.BOX)
    small.save(buffer, "PNG", optimize=True, dpi=(96 * SCALE, 96 * SCALE))
    return buffer.getvalue()


class _PillowPen:
    """A `gdviz.papers.layout.Pen` on a large bitmap."""

    scale = SCALE * FINER

    def begin(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width * self.scale, height * self.scale), "white")
        self._ink = ImageDraw.Draw(self.image, "RGBA")  # blends what is not opaque

    def line(self, points: Sequence[Point], colour: str, width: float, dash: str = "solid") -> None:
        for part in dashed(points, DASHES[dash]):
            self._ink.line([self._at(point) for point in part], colour, max(1, round(width * self.scale)), "curve")

    def area(self, points: Sequence[Point], colour: str, opacity: float) -> None:
        if len(points) > 2:
            self._ink.polygon([self._at(point) for point in points], _rgba(colour, opacity))

    def disc(self, at: Point, diameter: float, colour: str, opacity: float, hollow: bool) -> None:
        (x, y), radius = self._at(at), diameter / 2 * self.scale
        box = (x - radius, y - radius, x + radius, y + radius)
        ink = _rgba(colour, opacity)
        if hollow:
            self._ink.ellipse(box, outline=ink, width=round(1.5 * self.scale))
        else:
            self._ink.ellipse(box, fill=ink)

    def text(self, at: Point, words: str, size: float, colour: str, anchor: str = "start", upright: bool = False) -> None:
        letters, words = font(size * self.scale), _typeset(words)
        if not upright:
            self._ink.text(self._at(at), words, colour, letters, anchor={"start": "ls", "middle": "ms", "end": "rs"}[anchor])
            return
        width, height = math.ceil(letters.getlength(words)) + 2, math.ceil(1.5 * size * self.scale)
        mask = Image.new("L", (width, height))
        ImageDraw.Draw(mask).text((width / 2, 0.9 * height * 0.85), words, 255, letters, anchor="ms")
        turned = mask.rotate(90, expand=True)
        x, y = self._at(at)
        place = round(x - 0.85 * 0.9 * height), round(y - width / 2)
        self.image.paste(Image.new("RGB", turned.size, colour), place, turned)

    def width_of(self, words: str, size: float) -> float:
        return width_of(words, size)

    def _at(self, point: Point) -> Point:
        return point[0] * self.scale, point[1] * self.scale


def _rgba(colour: str, opacity: float) -> tuple[int, ...]:
    return *ImageColor.getrgb(colour)[:3], round(255 * opacity)


def dashed(points: Sequence[Point], pattern: tuple[float, ...]) -> list[list[Point]]:
    """A curve cut into its dashes, measured along it.

    >>> dashed([(0, 0), (10, 0)], (4, 2))
    [[(0, 0), (4.0, 0.0)], [(6.0, 0.0), (10, 0)]]
    """
    if not pattern:
        return [list(points)] if len(points) > 1 else []
    dashes: list[list[Point]] = [[points[0]]] if points else []
    turn, left = 0, pattern[0]
    for (x0, y0), (x1, y1) in pairwise(points):
        length, done = math.hypot(x1 - x0, y1 - y0), 0.0
        while length - done > left:
            done += left
            at = x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length
            if turn == 0:
                dashes[-1].append(at)
            else:
                dashes.append([at])
            turn = 1 - turn
            left = pattern[turn]
        left -= length - done
        if turn == 0:
            dashes[-1].append((x1, y1))
    return [part for part in dashes if len(part) > 1]
