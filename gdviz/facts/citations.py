"""What to cite for an Experiment: the sources on its method cards, as BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.family import Card
from gdviz.resources import resource

ARXIV = re.compile(r"\b\d{4}\.\d{5}\b")
NAME_AND_YEAR = re.compile(r"(\w+).*?\b((?:19|20)\d\d)\b")
ENTRY = re.compile(r"^@\w+\{(?P<key>[^,]+),\n(?P<fields>.*?)^\}$", re.MULTILINE | re.DOTALL)

ALWAYS = ("gdviz", "jiao2025towards")
"""The program, and the framework that every guided sampler here is written in."""


def bibtex(experiment: Experiment) -> str:
    """BibTeX entries of the program and of every method that the Experiment uses, each with the methods it is cited for.

    Raises
    ------
    GdvizError
        If a card names a source that assets/references.bib lacks.
    """
    used: dict[str, list[str]] = {key: [] for key in ALWAYS}
    for card in cards(experiment):
        for key in keys(card):
            used.setdefault(key, [])
            if card.title not in used[key]:
                used[key].append(card.title)
    entries = _entries()
    return "\n\n".join((f"% {', '.join(titles)}\n" if titles else "") + entries[key] for key, titles in used.items()) + "\n"


def cards(part: Any) -> Iterator[Card]:
    """The cards of a description and of all descriptions in it."""
    card = getattr(type(part), "card", None)
    if isinstance(card, Card):
        yield card
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from cards(getattr(part, name))
    elif isinstance(part, list | tuple):
        for item in part:
            yield from cards(item)


def keys(card: Card) -> list[str]:
    """Keys of the entries that a card's citation names: by arXiv number, else by first author and year.

    Raises
    ------
    GdvizError
        If assets/references.bib has no such entry.
    """
    cited = []
    for source in filter(None, (part.strip() for part in card.citation.split(";"))):
        numbers = ARXIV.findall(source)
        named = NAME_AND_YEAR.match(source)
        wanted = numbers or ([f"{named[1]} {named[2]}"] if named else [])  # neither: a remark
        for want in wanted:
            if want not in _index():
                raise GdvizError(f"{card.title}: found the source {source!r}, which assets/references.bib does not have.")
            cited.append(_index()[want])
    return cited


@cache
def _entries() -> dict[str, str]:
    text = resource("assets", "references.bib").read_text(encoding="utf-8")
    return {entry["key"]: entry[0] for entry in ENTRY.finditer(text)}


@cache
def _index() -> dict[str, str]:
    """Key of each entry by its arXiv number and by first author and year."""
    index = {}
    for key, entry in _entries().items():
        number, year, author = (re.search(rf"{name} = \{{(.*)\}}", entry) for name in ("eprint", "year", "author"))
        if number:
            index[number[1]] = key
        if year and author:
            index.setdefault(f"{author[1].partition(',')[0]} {year[1]}", key)
    return index
