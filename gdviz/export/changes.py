"""What an edited Experiment changes in a preset, as short text that a person can read: ``sampler.steps=100``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from gdviz.number_text import parse_numbers

_NUMBERS = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?(,-?\d+(\.\d+)?(e[+-]?\d+)?)+")
_RANGE = re.compile(r"-?[\d.]+:-?[\d.]+:-?[\d.]+")
_PLAIN = re.compile(r"[A-Za-z_][\w +./^*()-]*")
"""Text that needs no quotation marks: it cannot be taken for JSON or a list of numbers."""

_WORDS = ("true", "false", "null", "NaN", "Infinity")

SHORT = 4
"""Numbers of a list that are written one by one; more that are evenly spaced are a range."""


def changes(base: Mapping[str, Any], edited: Mapping[str, Any]) -> dict[str, str]:
    """The places where two Experiments differ and what the second has there; both with all defaults filled.

    A place is a path such as ``target.components.1.mean``. A value is JSON; a list of numbers may do without its brackets and
    a plain word without its quotation marks. What has other keys, or another length, is given whole.

    >>> changes({"a": {"n": 1, "v": [0, 1]}}, {"a": {"n": 2, "v": [0, 3]}})
    {'a.n': '2', 'a.v': '0,3'}
    """
    found: dict[str, str] = {}

    def compare(old: Any, new: Any, path: str) -> None:
        if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
            for key in old:
                compare(old[key], new[key], f"{path}.{key}" if path else key)
        elif _are_objects(old) and _are_objects(new) and len(old) == len(new):
            for place, (before, after) in enumerate(zip(old, new, strict=True)):
                compare(before, after, f"{path}.{place}")
        elif old != new:
            found[path] = _written(new)

    compare(base, edited, "")
    return found


def with_changes(base: Mapping[str, Any], changed: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The Experiment with changes made, and the paths that lead nowhere in it: those of an old link, or mistyped.

    Whether the values fit is for `Experiment.parse` to say.

    >>> with_changes({"a": {"n": 1}}, {"a.n": "2", "b": "3"})
    ({'a': {'n': 2}}, ['b'])
    """
    edited: Any = deepcopy(dict(base))
    unused = []
    for path, text in changed.items():
        *way, last = path.split(".")
        place = edited
        for step in way:
            place = _inside(place, step)
        if isinstance(place, dict) and last in place:
            place[last] = _read(text)
        elif isinstance(place, list) and last.isdecimal() and int(last) < len(place):
            place[int(last)] = _read(text)
        else:
            unused.append(path)
    return edited, unused


def _inside(place: Any, step: str) -> Any:
    if isinstance(place, dict):
        return place.get(step)
    return place[int(step)] if isinstance(place, list) and step.isdecimal() and int(step) < len(place) else None


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _written(value: Any) -> str:
    text = json.dumps(_whole(value), separators=(",", ":"), allow_nan=False)
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _WORDS:
        return value
    bare = text[1:-1] if isinstance(value, list) and len(value) > 1 else ""
    if not bare or not _NUMBERS.fullmatch(bare):
        return text
    span = f"{value[0]:.12g}:{value[-1]:.12g}:{value[1] - value[0]:.12g}"
    return span if len(value) > SHORT and parse_numbers(span) == value else bare


def _whole(value: Any) -> Any:
    """Whole numbers without their ".0", which reads better and is the same number to an Experiment."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def _read(text: str) -> Any:
    """The value behind a text: a list of numbers, JSON, a range such as 0:10:0.5, else the text itself."""
    if _RANGE.fullmatch(text):
        return parse_numbers(text)
    try:
        return json.loads(f"[{text}]" if _NUMBERS.fullmatch(text) else text)
    except (ValueError, RecursionError):
        return text
