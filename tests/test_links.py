"""Whatever stands in a link, a page answers with an Experiment or with one sentence, at once."""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter

import pytest
from links import mutated_links

from gdviz.errors import MAX_SENTENCE, GdvizError
from gdviz.experiment import Experiment
from gdviz.export.link import from_link, to_link
from gdviz.studies.robustness import why_not
from gdviz.studies.scene import check_drawable
from gdviz.ui.parts.score_source import own_source, with_source

LONGEST = 0.1
"""CPU seconds of an answer."""


def read(link: str) -> str:
    """What the pages do with a link before they hand anything to a worker: "read", or the refusal."""
    try:
        value = from_link(link)
        own_source(value)
        experiment = Experiment.parse(value)
        assert Experiment.parse(from_link(to_link(experiment.model_dump(mode="json")))).id == experiment.id
        with_source(experiment, "network")
        why_not(experiment)
        check_drawable(experiment)
    except GdvizError as error:
        return str(error)
    return "read"


def answered(count: int, seed: int, clocked: bool) -> Counter[str]:
    """How many links were read and how many refused; each sentence is short, and each answer quick."""
    found: Counter[str] = Counter()
    for number, link in enumerate(mutated_links(count, seed)):
        began = time.process_time()
        said = read(link)
        spent = time.process_time() - began
        assert 0 < len(said) <= MAX_SENTENCE, f"link {number} of seed {seed}: {said[:200]}"
        if clocked and spent >= LONGEST:  # the least of three: a shared machine takes its time
            assert min(_again(link) for _ in range(2)) < LONGEST, f"link {number} of seed {seed}: {spent:.2f} s"
        found["read" if said == "read" else "refused"] += 1
    return found


def _again(link: str) -> float:
    began = time.process_time()
    read(link)
    return time.process_time() - began


def test_some_mutated_links() -> None:
    found = answered(200, 1, clocked=False)
    assert min(found["read"], found["refused"]) > 20


@pytest.mark.verify
@pytest.mark.parametrize("seed", range(5))
def test_a_thousand_mutated_links(seed: int, verify_result) -> None:
    found = answered(1000, 100 + seed, clocked=True)
    verify_result(f"mutated links, seed {seed}: of 1000 read as an Experiment", found["read"])
    verify_result(f"mutated links, seed {seed}: of 1000 refused in one sentence", found["refused"])
    verify_result(f"mutated links, seed {seed}: with another exception, or more than {LONGEST:g} s", 0, 0)


@pytest.mark.verify
def test_the_peak_of_mutated_links(verify_result) -> None:
    """What a link makes the server hold is in proportion to a megabyte of JSON."""
    tracemalloc.start()
    try:
        answered(500, 200, clocked=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    verify_result("mutated links: largest memory on the way of 500, MB", peak / 2**20)
    assert peak < 64 << 20
