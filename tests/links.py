"""Links to the pages with one thing or several wrong: letters, bytes, keys, values, shapes, sizes."""

from __future__ import annotations

import base64
import copy
import json
import random
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from gdviz import presets

NUMBERS = (0, -1, 1, 2, 3, -0.0, 0.5, 1e-300, 1e300, -1e300, 1e7, 2**31, 2**53, 2**63, 10**400, -(10**400))
WORDS = (
    *("", " ", "a", "*a*", "$x$", "exp(x)", "x**x**x", "(" * 500, "ring" * 20_000),
    *("\0", "\ud800", "п", "🙂" * 300, "../..", "__class__"),
)
OTHERS = (None, True, False, [], {}, [[]], [{}], {"kind": None}, {"kind": "ring"}, {"kind": "network"}, {"": ""})


@cache
def seeds() -> tuple[dict[str, Any], ...]:
    """Every preset as a dictionary."""
    return tuple(presets.load(name).experiment.model_dump(mode="json") for name in presets.names())


def packed(text: str | bytes) -> str:
    """A piece of address as the pages write it."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(zlib.compress(data, 1)).rstrip(b"=").decode()


def mutated_links(count: int, seed: int) -> Iterator[str]:
    """So many links, each wrong in a way of its own, some not wrong at all."""
    rng = random.Random(seed)
    for _ in range(count):
        value = copy.deepcopy(rng.choice(seeds()))
        for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3))):
            value = _changed(rng, value)
        link = packed(_written(rng, value))
        for _ in range(rng.choice((0, 0, 0, 0, 0, 1, 2))):
            link = _scratched(rng, link)
        yield link


def _changed(rng: random.Random, value: Any) -> Any:
    """One node of a JSON value replaced, removed, renamed or repeated."""
    holders = [holder for holder in _holders(value) if holder]
    if not holders or rng.random() < 0.01:
        return _anything(rng)
    holder = rng.choice(holders)
    key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    match rng.randrange(6):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[f"{key}{rng.choice(('x', '_', '0', '*'))}"] = holder.pop(key)
        case 2 if isinstance(holder, dict):
            holder.update({f"{key}{k}": 1 for k in range(rng.choice((1, 5, 3000)))})
        case 3 if isinstance(holder, list):
            holder.extend(copy.deepcopy(holder[key]) for _ in range(rng.choice((1, 100, 2000))))
        case 4:
            holder[key] = copy.deepcopy(rng.choice(rng.choice(_pieces())))
        case _:
            holder[key] = _anything(rng)
    return value


def _holders(value: Any) -> Iterator[Any]:
    """Every list and dictionary in a value, itself first."""
    if isinstance(value, dict | list):
        yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from _holders(part)


@cache
def _pieces() -> tuple[list[Any], ...]:
    """Parts of presets, by the key under which they stand: right things in wrong places."""
    found: dict[str, list[Any]] = {}
    for seed in seeds():
        for key, part in seed.items():
            found.setdefault(key, []).append(part)
    return tuple(found.values())


def _anything(rng: random.Random) -> Any:
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice(NUMBERS)
    if kind == 1:
        return rng.choice(WORDS)
    if kind == 2:
        return copy.deepcopy(rng.choice(OTHERS))
    if kind == 3:
        return [rng.choice((*NUMBERS, *WORDS[:4])) for _ in range(rng.choice((0, 1, 2, 65, 5000)))]
    deep: Any = 1
    for _ in range(rng.choice((3, 50, 300))):
        deep = [deep] if rng.random() < 0.5 else {"of": deep, "kind": "sum"}
    return deep


def _written(rng: random.Random, value: Any) -> str | bytes:
    """JSON text, now and then not quite."""
    try:
        text = json.dumps(value)
    except RecursionError:
        return "[" * 50_000
    match rng.randrange(40):
        case 0:
            return text[: rng.randrange(len(text) + 1)]
        case 1:
            return text.replace(":", ": NaN, ", 1)
        case 2:
            return "[" * 100_000 + text
        case 3:
            return text.encode("utf-16")
        case 4:
            return " " * (1 << 21) + text
        case 5:
            return bytes(rng.randrange(256) for _ in range(200))
        case 6:
            return text.replace("{", '{"w": [0], ', 1)
        case 7:
            return text.replace("1", "1" * 5000, 1)
    return text


def _scratched(rng: random.Random, link: str) -> str:
    """A link with some letters of it lost, changed, doubled or added."""
    at = rng.randrange(len(link) + 1)
    match rng.randrange(6):
        case 0:
            return link[:at]
        case 1:
            return link[at:]
        case 2:
            return link[:at] + rng.choice("Aa0-_=+/% é\0") + link[at + 1 :]
        case 3:
            return link + link
        case 4:
            return link[:at] + rng.choice(("=", "====", "\n", "%3D", "é" * 50)) + link[at:]
    return "".join(rng.sample(link, len(link)))
