"""Records: numbers of a few digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdviz.record import Floats, Record, significant


@dataclass(frozen=True)
class Pair(Record):
    value: float
    count: int
    table: Floats
    more: dict[str, tuple[float | None, ...]]


def test_significant_digits_reach_every_number_and_no_count():
    table = np.array([[1.23456, np.nan], [1e-9 / 3, -7.0]])
    found = significant(Pair(2 / 3, 123456, table, {"a": (0.1234567, None)}), 3)
    assert (found.value, found.count, found.more) == (0.667, 123456, {"a": (0.123, None)})
    np.testing.assert_array_equal(found.table, [[1.23, np.nan], [3.33e-10, -7.0]])
    assert Pair.from_json(found.to_json()).to_json() == found.to_json()
