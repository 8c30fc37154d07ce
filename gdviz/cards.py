"""The method cards of every kind as one page, docs/method-cards.md."""

from __future__ import annotations

from collections.abc import Iterator

from gdviz.experiment import FAMILIES
from gdviz.family import Card, Family

_HEADINGS = {
    "target": "Targets",
    "guidance": "Guidance methods",
    "reward": "Rewards",
    "schedule": "Schedules",
    "score": "Scores",
    "sampler": "Samplers",
    "levels": "Spacings of the levels",
}

_INTRODUCTION = """# Method cards

What to know of each method before believing its pictures. w = 0 is no guidance everywhere; t is the noise variance.

This page is written by the program (`make docs`) from the card in each method's own file; a test says when it is out of date.
"""


def cards_page() -> str:
    """The page in Markdown: one section a family, one card a kind, in the order of their names."""
    return "\n".join([_INTRODUCTION, *(line for family in FAMILIES for line in _section(family))])


def _section(family: Family) -> Iterator[str]:
    yield f"## {_HEADINGS.get(family.name, family.name.capitalize())}\n"
    for name, kind in family.kinds.items():
        yield _card(name, kind.card)


def _card(name: str, card: Card) -> str:
    lines = [f"### {card.title}", "", f"`{name}`. {card.idea}", ""]
    if card.formula:
        lines.append(f"- formula: `{card.formula}`")
    facts = {"w = 0 samples": card.base_law, "aims at": card.aims_at, "cost": card.cost, "source": card.citation}
    lines += [f"- {what}: {text}" for what, text in facts.items() if text]
    return "\n".join(lines).rstrip() + "\n"
