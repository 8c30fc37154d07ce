"""Experiments with a few places changed: values of other types, endless and huge ones, missing and misspelt keys, other parts."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from experiments import SMALL, changed, with_reward
from hostile.expressions import expressions, spoiled, tree

from gdviz import presets

VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    -0.0,
    0.5,
    1e-300,
    5e-324,
    1e300,
    -1e300,
    1e6,
    float("nan"),
    float("inf"),
    -float("inf"),
    10**400,
    2**63,
    -(2**63),
    "",
    " ",
    "0",
    "1",
    "nan",
    "x",
    "a",
    "b",
    "\x00",
    "\ud800",
    "\x1b[2J",
    "k" * 100_000,
    "é" * 100,
    "..",
    "/etc/passwd",
    [],
    {},
    [[]],
    [{}],
    [None],
    [0],
    [0, 0],
    [0, 0, 0],
    [[0]],
    [[1, 0], [0, 1]],
    [[1, 2], [3]],
    [1e300, 1e300],
    [0] * 10_000,
    [[0.0, 0.0]] * 30_000,
    {"kind": None},
    {"kind": "ring"},
    {"kind": "ddpm"},
    {"kind": "expression"},
    {"kind": []},
    {"": 0},
    {"kind": "sum", "of": []},
    {"kind": "gaussian_mixture", "components": []},
    {str(k): k for k in range(1000)},
)


def bases() -> list[dict[str, Any]]:
    """Small Experiments of several methods, and the presets."""
    rewards = [
        {"kind": "expression", "expression": "0.05 + exp(-((x-2)**2 + (y-1)**2)/8)"},
        {"kind": "exp", "strength": 0.7, "of": {"kind": "linear", "direction": [1, 0.5]}},
        {"kind": "exp", "of": {"kind": "half_plane", "normal": [1, 1]}},
        {"kind": "sum", "of": [{"kind": "class_probability", "label": "a"}, {"kind": "bumps", "bumps": [{"center": [1, 0]}]}]},
    ]
    shipped = [presets.load(name).experiment.model_dump(mode="json") for name in presets.names()]
    return [SMALL, changed("guidance", {"kind": "none"}), *map(with_reward, rewards), *shipped]


def experiments(count: int, seed: int) -> Iterator[Any]:
    """Plain data mostly, and some JSON text with characters changed."""
    chance = random.Random(seed)
    formulas = expressions(count + 1, seed)
    known = bases()
    for _ in range(count):
        whole = copy.deepcopy(chance.choice(known))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
            whole = _changed(whole, chance, known, formulas)
        form = chance.random()
        yield whole if form > 0.16 or _large(whole) else spoiled(json.dumps(whole), chance) if form > 0.01 else _endless(chance)


def _large(node: Any) -> bool:
    """Whether a value has a million places, most of them the same object: as text it would take a GB of this process."""
    left, seen = [node], 0
    while left and seen < 1_000_000:
        inner = left.pop()
        seen += 1
        left.extend(inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ())
    return bool(left)


def _endless(chance: random.Random) -> str:
    """JSON that opens and opens."""
    opened = chance.choice(("[", '{"target":', '{"guidance":{"kind":"reward","reward":', '{"of":', "[[", '{"w":['))
    return opened * chance.choice((10, 1000, 100_000)) + "0" + chance.choice(("", "}", "]"))


def _places(node: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(items)[:50]:
        yield (*way, key)
        yield from _places(value, (*way, key))


def _at(node: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        node = node[key]
    return node


def _changed(whole: Any, chance: random.Random, known: list[dict[str, Any]], formulas: Iterator[str]) -> Any:
    places = list(_places(whole))
    if not places:
        return chance.choice(VALUES)
    *way, key = chance.choice(places)
    parent = _at(whole, tuple(way))
    old, form = parent[key], chance.randrange(8)
    if form == 0:
        del parent[key]
    elif form == 1 and isinstance(parent, dict):
        parent[spoiled(key, chance)] = parent.pop(key)
    elif form == 2:  # another Experiment's part
        other = chance.choice(known)
        parent[key] = copy.deepcopy(_at(other, chance.choice(list(_places(other)))))
    elif form == 3 and isinstance(old, int | float) and not isinstance(old, bool):
        parent[key] = float(max(-1e300, min(old, 1e300))) * chance.choice((-1, 0, 2, 0.5, 1e3, 1e-3, 1e9, 1e300))
    elif form == 4 and isinstance(old, str):
        parent[key] = chance.choice((spoiled(old, chance), next(formulas), tree(chance, 3)))
    elif form == 5:
        parent[key] = chance.choice(([old], {"kind": old}, [old] * 40, {"of": old, "kind": "shift", "constant": 1}))
    elif form == 6:
        parent[key] = _nested(old, chance.choice((3, 30, 150)))
    else:
        parent[key] = copy.deepcopy(chance.choice(VALUES))
    return whole


def _nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = {"kind": "shift", "constant": 1, "of": value}
    return value
