"""Any text ends as a formula, which then has values, or as one sentence: 2,000 here, 500,000 in `make verify`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hostile.expressions import expressions
from hostile.outcome import Tally, peak_memory

from gdviz import GdvizError
from gdviz.rewards import REWARDS, Potential, RewardContext, RewardKind, compile_expression

POINTS = {d: torch.randn(5, d, dtype=torch.float64, generator=torch.Generator().manual_seed(d)) for d in (1, 2)}


def use(text: str) -> None:
    """All that a page does with a formula: compile it, read r and log r, look for a closed form and for jumps."""
    compiled = compile_expression(text)
    kind = REWARDS.parse({"kind": "expression", "expression": text})
    assert isinstance(kind, RewardKind)
    for d, x in POINTS.items():
        if compiled.neediest[0] > d:
            continue
        reward = kind.build(RewardContext(d))
        for value in (reward(x), reward.log(x), *(bend(x) for bend in reward.breaks())):
            assert value.shape == (5,) and value.dtype == x.dtype
        reward.exponentials()
        assert isinstance(reward, Potential)
        reward.exponent()


def attempted(count: int, seed: int) -> Tally:
    tally = Tally()
    for text in expressions(count, seed):
        tally.attempt(text, use)
    return tally


def test_a_sample_of_hostile_formulas() -> None:
    tally = attempted(2_000, seed=1)
    assert not tally.uncaught
    assert tally.made > 100 and tally.refused > 1000  # both ends are tried
    assert tally.slowest < 2, tally.slowest_input


@pytest.mark.verify
def test_half_a_million_hostile_formulas(verify_result: Callable[..., None]) -> None:
    before = peak_memory()
    tally = attempted(500_000, seed=2)
    verify_result("500,000 hostile formulas: uncaught", sum(tally.wrong.values()), 0)
    verify_result("500,000 hostile formulas: formulas, the others refused", tally.made)
    verify_result("500,000 hostile formulas: longest sentence, characters", tally.longest)
    verify_result("500,000 hostile formulas: slowest, CPU seconds", tally.slowest)
    verify_result("500,000 hostile formulas: peak memory, MB", peak_memory())
    verify_result("500,000 hostile formulas: of that, before the first, MB", before)
    assert not tally.uncaught
    assert tally.slowest < 2, tally.slowest_input
    assert peak_memory() - before < 500


def test_a_refused_formula_is_refused_again_by_the_description() -> None:
    for text in expressions(200, seed=3):
        try:
            compile_expression(text)
        except GdvizError:
            with pytest.raises((GdvizError, ValueError)):
                REWARDS.parse({"kind": "expression", "expression": text})
