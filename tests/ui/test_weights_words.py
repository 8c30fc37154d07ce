"""What the page of learned weights says of its numbers."""

from __future__ import annotations

from gdviz.studies.weights.learned import SeedContest, Tried
from gdviz.ui.weights.words import sentence, signed


def contests(**energy: list[float]) -> list[SeedContest]:
    names = list(energy)
    found = (dict(zip(names, values, strict=True)) for values in zip(*energy.values(), strict=True))
    return [SeedContest(each, {}, {}, 0.0, Tried((), ())) for each in found]


def test_it_says_who_is_nearer_only_where_the_seeds_say_so():
    found = contests(**{"none": [0.5, 0.6, 0.7], "best constant": [0.2, 0.3, 0.1], "learned": [0.1, 0.2, 0.3]})
    said = sentence("Three classes, 80 steps", found)
    assert "mean of 3 seeds: none 600, best constant 200, learned 200" in said
    assert "Learned weights and the best constant are not told apart (95 %, paired: −" in said
    # differences -400 each: no spread, an interval of no width
    assert "Learned weights come nearer than no guidance by 400 to 400" in said
    worse = sentence("", contests(**{"none": [0.1, 0.2], "best constant": [0.1, 0.2], "learned": [0.3, 0.4]}))
    assert "stay farther than no guidance by 200 to 200" in worse


def test_equal_samples_and_single_seeds_are_said():
    same = contests(**{"none": [0.1, 0.2], "best constant": [0.1, 0.2], "learned": [0.1, 0.2]})
    assert "Learned weights sample what no guidance does." in sentence("", same)
    alone = sentence("", contests(**{"none": [0.1], "best constant": [0.2], "learned": [0.3]}))
    assert "one seed" in alone and "not told apart" not in alone and "nearer" not in alone


def test_minus_signs_are_minus_signs():
    assert (signed(-12.3456), signed(4)) == ("−12.3", "4")
