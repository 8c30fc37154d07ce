"""Any Experiment ends built, with an id, or as one sentence: 100 here, 10,000 in `make verify`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from experiments import changed
from hostile.experiments import experiments
from hostile.outcome import Tally, peak_memory

from gdviz.experiment import Experiment
from gdviz.laws import pair


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


@pytest.mark.parametrize("weight", [1e-300, 1e-12, 1e-5])
def test_a_class_that_is_all_but_everything(weight: float) -> None:
    """Found by mutation: log(1 - p(b)) of p(b) = 1 - 1e-300. The push is (1 - p(b | x)) (s_b - s_a)."""
    value = changed("target.components.0.weight", weight)
    plan = Experiment.parse(value).build().plan
    x = torch.tensor([[-3.0, 1.0], [0.5, 0.0], [2.0, -1.0]], dtype=torch.float64)
    law = plan.away
    push = pair(plan.toward, law)(x, 0.3).push
    logits = [math.log(w) + law.given(c).log_density(x, 0.3) for w, c in ((weight, "a"), (0.5, "b"))]  # [3] each
    rest = torch.sigmoid(logits[0] - logits[1])  # [3]
    true = rest[:, None] * (law.given("b").score(x, 0.3) - law.given("a").score(x, 0.3))  # [3, 2]
    torch.testing.assert_close(push, true, rtol=1e-9, atol=1e-135)  # `posterior` counts nothing below exp(-318)


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
