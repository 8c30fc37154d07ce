"""Any Experiment ends built, with an id, or as one sentence: 100 here, 10,000 in `make verify`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hostile.experiments import experiments
from hostile.outcome import Tally, peak_memory

from gdviz.experiment import Experiment


def use(value: Any) -> None:
    """What a server does before it computes: read it, name it, and make its parts where nothing has to be trained."""
    experiment = Experiment.from_json(value) if isinstance(value, str) else Experiment.parse(value)
    assert len(experiment.id) == 64
    assert Experiment.from_json(experiment.canonical()) == experiment
    if not experiment.learns:
        experiment.build()


def attempted(count: int, seed: int) -> Tally:
    tally = Tally()
    for value in experiments(count, seed):
        tally.attempt(value, use)
    return tally


def test_a_sample_of_mutated_experiments() -> None:
    tally = attempted(100, seed=1)
    assert not tally.uncaught
    assert tally.made > 3 and tally.refused > 50  # both ends are tried


@pytest.mark.verify
def test_ten_thousand_mutated_experiments(verify_result: Callable[..., None]) -> None:
    before = peak_memory()
    tally = attempted(10_000, seed=2)
    verify_result("10,000 mutated Experiments: uncaught", sum(tally.wrong.values()), 0)
    verify_result("10,000 mutated Experiments: built, the others refused", tally.made)
    verify_result("10,000 mutated Experiments: longest sentence, characters", tally.longest)
    verify_result("10,000 mutated Experiments: slowest, CPU seconds", tally.slowest)
    verify_result("10,000 mutated Experiments: peak memory, MB", peak_memory())
    verify_result("10,000 mutated Experiments: of that, before the first, MB", before)
    assert not tally.uncaught
    assert peak_memory() - before < 1500
