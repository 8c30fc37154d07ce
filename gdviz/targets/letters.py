"""Letters: a short text as a law."""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Literal

import torch
from pydantic import Field, field_validator
from torch import Tensor

from gdviz.family import Card
from gdviz.laws import Mixture
from gdviz.resources import resource
from gdviz.targets._atoms import Noise, atoms
from gdviz.targets._shape import Shape, even_square
from gdviz.targets._target import MAX_ATOMS

SIZE = 1.5
"""Root mean square of the points about the origin."""


class Letters(Shape):
    """One to three characters filled evenly with atoms; every character has the same mass and is its own label.

    Centred, and scaled to root mean square 1.5. Drawn from DejaVu Sans Bold.
    """

    kind: Literal["letters"] = "letters"
    n: Annotated[
        int, Field(ge=2, le=MAX_ATOMS, title="points", description="Number of atoms, dealt out evenly to the characters.")
    ] = 900
    noise: Noise = 0.002
    text: Annotated[str, Field(min_length=1, max_length=3, description="The characters; each is a class of the same mass.")] = (
        "abc"
    )

    card = Card(
        title="Letters",
        idea="A text of one to three characters; each character is a class.",
        formula="uniform on the ink of each character",
        cost="one exponential an atom and score",
    )
    examples = ({"n": 60, "text": "xo"}, {"n": 50, "text": "A!A", "noise": 0}, {"n": 5, "text": "8"})

    @field_validator("text")
    @classmethod
    def _can_be_drawn(cls, text: str) -> str:
        strange = next((character for character in text if character not in _glyphs()), None)
        if strange is not None:
            raise ValueError(f"found the character {strange!r}; allowed: {''.join(_glyphs())}")
        return text

    def part_labels(self) -> tuple[str | None, ...]:
        return tuple(self.text)

    def part(self, index: int, count: int) -> Tensor:
        ink = _glyphs()[self.text[index]]  # [rows, columns]
        start = sum(_glyphs()[character].shape[1] for character in self.text[:index])
        return torch.tensor([start, 0.0], dtype=torch.float64) + _fill(ink, count)

    def build(self) -> Mixture:
        drawn = super().build()
        points, weights = drawn.components.means, drawn.weights[:, None]  # [n, 2], [n, 1]
        points = points - (weights * points).sum(0)
        size = (weights * points.square()).sum().sqrt()
        labels = [drawn.labels[k] for k in drawn.component_labels.tolist()]
        return atoms(SIZE * points / size, labels, drawn.weights, self.noise)


@cache
def _glyphs() -> dict[str, Tensor]:
    """Ink of each character, [rows, columns], top row first; all characters have the same rows."""
    drawn = json.loads(resource("assets", "fonts", "glyphs.json").read_text(encoding="utf-8"))["glyphs"]
    return {character: _bitmap(glyph["rows"], glyph["width"]) for character, glyph in drawn.items()}


def _bitmap(rows: list[str], width: int) -> Tensor:
    bits = [f"{int(row, 16):0{4 * len(row)}b}"[:width] for row in rows]
    return torch.tensor([[bit == "1" for bit in line] for line in bits])


def _fill(ink: Tensor, count: int) -> Tensor:
    """The first `count` points of an even sequence that fall on ink, in pixels, y upward, shape [count, 2]."""
    rows, columns = ink.shape
    share = float(ink.double().mean())
    tries = int(2 * count / share) + 4 * ink.numel()  # the sequence is even: this many hold twice the count and more
    place = even_square(tries) * torch.tensor([columns, rows], dtype=torch.float64)  # [tries, 2], y downward
    on_ink = ink[place[:, 1].long(), place[:, 0].long()]
    return (place[on_ink] * torch.tensor([1.0, -1.0], dtype=torch.float64))[:count]
