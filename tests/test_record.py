"""Records write themselves as strict JSON and read themselves back, whatever is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pytest
from every_study import answers
from hypothesis import given, settings
from hypothesis import strategies as st
from records import filled, same, values

from gdviz.metrics.mean import Mean
from gdviz.papers.paper_figure import PaperFigure
from gdviz.record import Answer, Floats, Floats32, Integers, Record, finite, significant
from gdviz.studies.scene import PackedScene

OWN_FORMAT = {PaperFigure, PackedScene}
"""Written in a way of their own, without who ran them: tests/papers and tests/studies/test_scene.py read them."""


@dataclass(frozen=True)
class Leaf:
    word: Literal["one", "two"]
    mean: Mean
    number: float | None
    row: Floats


@dataclass(frozen=True)
class Tree(Record):
    leaf: Leaf
    leaves: tuple[Leaf, ...]
    pair: tuple[int, str]
    by_name: Mapping[str, Leaf | None]
    short: Floats32
    whole: Integers
    deep: tuple[tuple[float | None, ...], ...] = ()


@dataclass(frozen=True)
class Deeper(Tree, Answer):
    more: Tree | None = None


def strict(data: bytes) -> object:
    """The values of strict JSON, which has no word for NaN."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(data, parse_constant=refuse)


@given(values(Tree))
def test_any_record_comes_back_from_strict_json(tree: Tree) -> None:
    strict(tree.to_json())
    assert same(Tree.from_json(tree.to_json()), tree)


@given(values(Deeper))
def test_an_answer_comes_back_with_what_it_inherits(answer: Deeper) -> None:
    assert same(Deeper.from_bytes(answer.to_bytes()), answer)


@pytest.mark.parametrize("kind", [kind for kind in answers() if kind not in OWN_FORMAT], ids=lambda kind: kind.__name__)
@settings(max_examples=15)
@given(data=st.data())
def test_every_answer_comes_back_from_strict_json(kind: type[Answer], data: st.DataObject) -> None:
    answer = data.draw(values(kind))
    strict(answer.to_bytes())
    assert same(kind.from_bytes(answer.to_bytes()), answer)


@pytest.mark.parametrize("kind", answers(), ids=lambda kind: kind.__name__)
def test_an_answer_says_that_it_is_whole_unless_told_otherwise(kind: type[Answer]) -> None:
    answer = filled(kind)
    assert answer.complete and answer.seconds == 0
    assert not replace(answer, complete=False).complete
    assert same(kind.from_bytes(answer.to_bytes()), answer)


def test_what_is_not_finite_is_null_and_an_unknown_in_an_array_is_nan() -> None:
    leaf = Leaf("one", Mean(None, None), None, np.array([1.0, np.nan, np.inf]))
    tree = filled(Tree, leaf=leaf, leaves=(), short=np.zeros(0, np.float32), whole=np.array([[1, 2]]))
    plain = strict(tree.to_json())
    assert plain["leaf"] == {"word": "one", "mean": [None, None], "number": None, "row": [1.0, None, None]}
    read = Tree.from_json(tree.to_json())
    assert read.leaf.mean == Mean(None, None) and read.leaf.number is None
    assert np.isnan(read.leaf.row).tolist() == [False, True, True]
    assert read.whole.dtype == np.int64 and read.whole.tolist() == [[1, 2]] and read.short.dtype == np.float32
    assert finite({"a": (1.0, float("nan")), "b": [float("inf")]}) == {"a": [1.0, None], "b": [None]}


@pytest.mark.parametrize("data", [b"", b"[", b"[1]", b'{"leaf": 1}', b"{}"])
def test_what_is_no_such_record_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        Tree.from_json(data)


@dataclass(frozen=True)
class Pair(Record):
    value: float
    count: int
    table: Floats
    more: dict[str, tuple[float | None, ...]]


def test_significant_digits_reach_every_number_and_no_count() -> None:
    table = np.array([[1.23456, np.nan], [1e-9 / 3, -7.0]])
    found = significant(Pair(2 / 3, 123456, table, {"a": (0.1234567, None)}), 3)
    assert (found.value, found.count, found.more) == (0.667, 123456, {"a": (0.123, None)})
    np.testing.assert_array_equal(found.table, [[1.23, np.nan], [3.33e-10, -7.0]])
    assert Pair.from_json(found.to_json()).to_json() == found.to_json()
