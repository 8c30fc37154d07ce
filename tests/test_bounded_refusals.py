"""A refusal costs next to nothing and stays short, whatever was sent."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from experiments import changed, with_reward

from gdviz import GdvizError
from gdviz.errors import MAX_SENTENCE, MAX_WORD, did_you_mean
from gdviz.experiment import MAX_PLACE, MAX_TEXT, Experiment, _place
from gdviz.export.link import from_link
from gdviz.presets import load

LINK = Path(__file__).parent / "data" / "cases" / "unknown_keys.link.txt"


def refusal(value: Any) -> str:
    with pytest.raises(GdvizError) as caught:
        Experiment.parse(value)
    return str(caught.value)


def seconds(value: Any) -> float:
    """CPU time of a refusal, the least of three."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        refusal(value)
        spent.append(time.process_time() - began)
    return min(spent)


def linked() -> dict[str, Any]:
    return from_link(LINK.read_text().strip().partition("scene=")[2])


def test_a_link_with_thousands_of_unknown_keys_is_refused_at_once():
    assert seconds(linked()) < 0.1
    text = refusal(linked())
    assert text.startswith("target.components.0.weigh0: unknown key (did you mean 'weight'?); allowed: weight, mean, ")
    assert text.endswith(" And 82,996 more.")


def test_text_beyond_the_bound_is_not_read():
    text = "[" * (MAX_TEXT + 1)
    tracemalloc.start()
    try:
        with pytest.raises(GdvizError, match=r"found JSON of 67,108,865 characters; at most 67,108,864 are read\."):
            Experiment.from_json(text)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


MANY = 50_000
HOSTILE = {
    "unknown keys": {**changed("w", [0]), **{f"partikel{i}": 1 for i in range(MANY)}},
    "components with a wrong key": changed("target.components", [{f"maen{i}": [0, 0]} for i in range(MANY)]),
    "rewards of an unknown kind": with_reward({"kind": "sum", "of": [{"kind": f"expp{i}"} for i in range(MANY)]}),
    "w that are text": changed("w", ["k" * 1000] * MANY),
    "long unknown keys": changed("sampler", {"kind": "ddpm", **{"steps" * 1000 + str(i): 1 for i in range(100)}}),
    "a long kind": changed("target", {"kind": "ring" * 200_000}),
    "a kind that is a list": changed("target", {"kind": [["ring"] * 1000] * 1000}),
    "a long label": changed("guidance", {"kind": "cfg", "label": ["b" * 1_000_000]}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_refusal_is_short_and_cheap(name):
    assert len(refusal(HOSTILE[name])) <= MAX_SENTENCE
    assert seconds(HOSTILE[name]) < 0.1


def test_the_place_of_a_mistake_is_shown_in_part():
    place = ("guidance", *["of", 0] * 60, "direction")
    assert _place(place).startswith("guidance.of.0.of.0.") and _place(place).endswith(".of.0.direction")
    assert len(_place(place)) == MAX_PLACE


def test_an_unknown_preset_with_a_long_name():
    with pytest.raises(GdvizError) as caught:
        load("two-moon" * 100_000)
    assert len(str(caught.value)) <= MAX_SENTENCE


def test_a_sentence_keeps_its_beginning_and_its_end():
    text = str(GdvizError("w: found " + "7" * 10_000_000 + "; numbers up to 9 are allowed."))
    assert len(text) == MAX_SENTENCE
    assert text.startswith("w: found 777") and text.endswith("777; numbers up to 9 are allowed.")


def test_near_misses_are_sought_for_short_words_only():
    assert did_you_mean("stesp", ["steps"]) == " (did you mean 'steps'?)"
    assert did_you_mean("steps" * MAX_WORD, ["steps" * MAX_WORD]) == ""
    assert did_you_mean(None, ["none"]) == ""
