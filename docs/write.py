"""Writes the pages, and the parts of pages, that the program knows by itself: ``make docs``.

The method cards are those in the methods' own files; the table of fields comes from their `Field(description=...)`.
"""

from __future__ import annotations

from pathlib import Path

from gdviz.cards import cards_page
from gdviz.schema import experiment_schema, markdown_table

FOLDER = Path(__file__).resolve().parent
TABLE = "| of | field |"
"""How the table in experiment.md begins; it is the rest of that page."""


def pages() -> dict[str, str]:
    """The text that each page should have, by its file name."""
    told = (FOLDER / "experiment.md").read_text(encoding="utf-8").partition(TABLE)[0]
    return {"method-cards.md": cards_page(), "experiment.md": told + markdown_table(experiment_schema())}


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
