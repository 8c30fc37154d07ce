"""Every citation on a method card leads to an entry of assets/references.bib, and the entries are sound."""

from __future__ import annotations

import re
import unicodedata

import pytest

from gdviz.errors import GdvizError
from gdviz.experiment import FAMILIES
from gdviz.facts.citations import ALWAYS, _entries, bibtex, cards, keys
from gdviz.family import Card
from gdviz.presets import load, names

CARDS = [kind.card for family in FAMILIES for kind in family.kinds.values() if kind.card.citation]


@pytest.mark.parametrize("card", CARDS, ids=[card.title for card in CARDS])
def test_every_citation_resolves(card):
    """An entry for each source; a new card's source is added to assets/references.bib."""
    assert keys(card)
    for source in card.citation.split(";"):
        named = re.search(r"\b([A-Z]\w+).*?, arXiv", source)
        if named is None:
            continue
        first, *_ = keys(card.model_copy(update={"citation": source}))
        author = re.search(r"author = \{(\S+),", _entries()[first])[1]
        assert re.sub(r"[^A-Za-z]", "", author) == unicodedata.normalize("NFKD", named[1]).encode("ascii", "ignore").decode()


def test_entries_are_sound():
    assert len(_entries()) >= 19 and set(ALWAYS) <= set(_entries())
    for key, entry in _entries().items():
        assert entry.count("{") == entry.count("}"), key
        assert re.search(r"\n  title = \{.+\},?\n", entry) and re.search(r"\n  year = \{\d{4}\},?\n", entry), key
        assert entry.isascii(), key
        number = re.search(r"eprint = \{(\d\d)", entry)
        assert number is None or abs(2000 + int(number[1]) - int(re.search(r"year = \{(\d+)", entry)[1])) <= 1, key


@pytest.mark.parametrize("name", names())
def test_a_preset_cites_its_methods(name):
    experiment = load(name).experiment
    text = bibtex(experiment)
    assert text.count("@") == len(set(re.findall(r"@\w+\{(.+),", text)))
    used = {key for card in cards(experiment) for key in keys(card)} | set(ALWAYS)
    assert set(re.findall(r"@\w+\{(.+),", text)) == used
    assert experiment.sampler.card in list(cards(experiment)) and experiment.guidance.card in list(cards(experiment))


def test_rewards_inside_rewards_are_found():
    titles = [card.title for card in cards(load("swiss-roll-reward").experiment)]
    assert "Ancestral DDPM" in titles and len(titles) >= 6


def test_an_unknown_source_is_an_error():
    with pytest.raises(GdvizError, match="Nobody 1999"):
        keys(Card(title="A card", idea="", citation="Nobody 1999"))
