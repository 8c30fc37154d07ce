"""Draws glyphs.json from DejaVu Sans Bold: python make_glyphs.py DejaVuSans-Bold.ttf (needs Pillow).

The program reads the drawn bitmaps, never the font, so that a text is the same law everywhere. Each
glyph is as wide as its advance and reaches from the font's ascent down to its descent; a row is one
hexadecimal number whose highest bit is the leftmost pixel.
"""

from __future__ import annotations

import json
import string
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = 48
CHARACTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "!?&+-=*#@%$"


def rows(character: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """The glyph's bitmap, top row first."""
    ascent, descent = font.getmetrics()
    width = round(font.getlength(character))
    image = Image.new("L", (width, ascent + descent))
    ImageDraw.Draw(image).text((0, ascent), character, fill=255, font=font, anchor="ls")
    digits = -(-width // 4)
    lines = []
    for y in range(image.height):
        bits = sum((image.getpixel((x, y)) >= 128) << (4 * digits - 1 - x) for x in range(width))
        lines.append(f"{bits:0{digits}x}")
    return lines


def main(font_file: str) -> None:
    font = ImageFont.truetype(font_file, SIZE)
    glyphs = {c: {"width": round(font.getlength(c)), "rows": rows(c, font)} for c in CHARACTERS}
    body = ",\n".join(f"  {json.dumps(c)}: {json.dumps(glyph)}" for c, glyph in glyphs.items())
    text = f'{{"font": "DejaVu Sans Bold", "size": {SIZE}, "glyphs": {{\n{body}\n}}}}\n'
    Path(__file__).with_name("glyphs.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
