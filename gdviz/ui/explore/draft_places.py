"""Places in the draft of an Experiment, by their path: ``guidance.reward.of.1.expression``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any


def value_at(draft: Any, path: str) -> Any:
    """What stands at a place; None where there is no such place."""
    for key in _keys(path):
        if isinstance(draft, list) and isinstance(key, int) and key < len(draft):
            draft = draft[key]
        elif isinstance(draft, dict):
            draft = draft.get(str(key))
        else:
            return None
    return draft


def with_value(draft: Any, path: str, value: Any) -> Any:
    """The draft with something else at a place, which is there.

    >>> with_value({"a": [{"b": 1}, {"b": 2}]}, "a.1.b", 3)
    {'a': [{'b': 1}, {'b': 3}]}
    """
    first, *rest = _keys(path)
    inner = value if not rest else with_value(value_at(draft, str(first)), ".".join(map(str, rest)), value)
    if isinstance(draft, list):
        return [inner if number == first else item for number, item in enumerate(draft)]
    return {**draft, str(first): inner}


def _keys(path: str) -> Iterator[str | int]:
    return (int(part) if part.isdecimal() else part for part in re.findall(r"\w+", path))
