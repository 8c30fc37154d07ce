"""The page of method cards has every card, whole; `test_generated_pages.py` holds docs/method-cards.md against it."""

from __future__ import annotations

import pytest

from gdviz.cards import cards_page
from gdviz.experiment import FAMILIES

KINDS = [pytest.param(name, kind, id=f"{family.name}-{name}") for family in FAMILIES for name, kind in family.kinds.items()]


@pytest.mark.parametrize("name, kind", KINDS)
def test_a_card_is_on_the_page_whole(name, kind):
    card = kind.card
    sections = [part for part in cards_page().split("\n### ") if part.startswith(f"{card.title}\n\n`{name}`.")]
    texts = (card.idea, card.formula, card.base_law, card.aims_at, card.cost, card.citation)
    assert any(all(text in section for text in texts) for section in sections)
