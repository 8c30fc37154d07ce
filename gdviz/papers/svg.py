"""A picture as SVG: the same strokes as the PNG, as shapes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gdviz.papers.layout import Point, draw, page_size
from gdviz.papers.picture import Picture
from gdviz.papers.png import DASHES, width_of

FONT = "Helvetica, Arial, sans-serif"


def to_svg(picture: Picture, sentence: str = "") -> str:
    """The file's text; the sentence is its description, which screen readers read."""
    pen = _SvgPen()
    width, height = page_size(picture, pen)
    draw(picture, pen)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    words = f"<title>{escape(picture.title)}</title><desc>{escape(sentence)}</desc>"
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return "\n".join([f'{head} font-family="{FONT}">', words, ground, *pen.shapes, "</svg>\n"])


class _SvgPen:
    """A `gdviz.papers.layout.Pen` that writes elements."""

    def __init__(self) -> None:
        self.shapes: list[str] = []

    def line(self, points: Sequence[Point], colour: str, width: float, dash: str = "solid") -> None:
        if len(points) < 2:
            return
        pattern = f' stroke-dasharray="{" ".join(map(str, DASHES[dash]))}"' if DASHES[dash] else ""
        stroke = f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"{pattern}'
        self.shapes.append(f'<polyline points="{_at(points)}" {stroke}/>')

    def area(self, points: Sequence[Point], colour: str, opacity: float) -> None:
        if len(points) > 2:
            self.shapes.append(f'<polygon points="{_at(points)}" fill="{colour}" fill-opacity="{opacity:g}"/>')

    def disc(self, at: Point, diameter: float, colour: str, opacity: float, hollow: bool) -> None:
        ink = f'fill="none" stroke="{colour}" stroke-width="1.5"' if hollow else f'fill="{colour}"'
        self.shapes.append(f'<circle cx="{at[0]:.2f}" cy="{at[1]:.2f}" r="{diameter / 2:g}" {ink} opacity="{opacity:g}"/>')

    def text(self, at: Point, words: str, size: float, colour: str, anchor: str = "start", upright: bool = False) -> None:
        turn = f' transform="rotate(-90 {at[0]:.2f} {at[1]:.2f})"' if upright else ""
        place = f'x="{at[0]:.2f}" y="{at[1]:.2f}" font-size="{size:g}" text-anchor="{anchor}" fill="{colour}"'
        self.shapes.append(f"<text {place}{turn}>{escape(words)}</text>")

    def width_of(self, words: str, size: float) -> float:
        return width_of(words, size)


def _at(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
