"""The page on expressions says what the program does: every block of it is run."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import pytest
import torch

from gdviz.errors import GdvizError
from gdviz.rewards import REWARDS, Reward, RewardContext, check_positive, compile_expression
from gdviz.rewards._compiler import FUNCTIONS, MAX_DEPTH, MAX_EXPONENT, MAX_LENGTH, MAX_NODES, MAX_NUMBER, MAX_PARENTHESES

PAGE = (Path(__file__).parents[2] / "docs" / "expressions.md").read_text(encoding="utf-8")
POINTS = torch.randn(200, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def lines(language: str) -> list[str]:
    return [line for block in blocks(language) for line in block.splitlines() if line]


def test_every_block_is_of_a_kind_that_is_run():
    fences = re.findall(r"^```(\w+)$", PAGE, flags=re.MULTILINE)
    assert set(fences) == {"json", "expression", "refused", "python"}
    assert len(fences) == sum(len(blocks(language)) for language in set(fences))


@pytest.mark.parametrize("block", blocks("json"))
def test_rewards_build_and_are_positive(block):
    reward = REWARDS.parse(json.loads(block)).build(RewardContext(2))
    assert isinstance(reward, Reward)
    check_positive(reward, POINTS)


@pytest.mark.parametrize("text", lines("expression"))
def test_expressions_are_positive_rewards(text):
    assert bool((compile_expression(text)(POINTS) > 0).all())


@pytest.mark.parametrize("line", lines("refused"))
def test_refusals_read_as_shown(line):
    text, message = (part.strip() for part in line.split("|"))
    with pytest.raises(GdvizError) as refusal:
        compile_expression(text)
    assert message in str(refusal.value)


def test_sessions_print_what_is_shown():
    test = doctest.DocTestParser().get_doctest("\n".join(blocks("python")), {}, "docs/expressions.md", None, 0)
    assert len(test.examples) > 10
    report: list[str] = []
    results = doctest.DocTestRunner().run(test, out=report.append)
    assert results.failed == 0, "".join(report)


def test_the_table_is_complete():
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("|"))
    assert all(f"`{name}`" in table or f"`{name}(" in table for name in FUNCTIONS)
    assert f"nothing above {MAX_NUMBER:g}".replace("+", "") in table
    assert f"between -{MAX_EXPONENT} and {MAX_EXPONENT}" in table
    bounds = f"at most {MAX_LENGTH} plain characters, {MAX_NODES} operations, {MAX_DEPTH} levels and {MAX_PARENTHESES} nested"
    assert bounds in PAGE
