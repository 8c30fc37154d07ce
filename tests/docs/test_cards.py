"""docs/method-cards.md is what the kinds' cards say now."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdviz.cards import cards_page
from gdviz.experiment import FAMILIES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "method-cards.md"
KINDS = [pytest.param(name, kind, id=f"{family.name}-{name}") for family in FAMILIES for name, kind in family.kinds.items()]


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == cards_page(), "run: python -m gdviz.cards > docs/method-cards.md"


@pytest.mark.parametrize("name, kind", KINDS)
def test_a_card_is_on_the_page_whole(name, kind):
    card = kind.card
    sections = [part for part in cards_page().split("\n### ") if part.startswith(f"{card.title}\n\n`{name}`.")]
    texts = (card.idea, card.formula, card.base_law, card.aims_at, card.cost, card.citation)
    assert any(all(text in section for text in texts) for section in sections)
