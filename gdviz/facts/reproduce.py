"""Running a result file again: reproduced, reproduced within error, or which number moved."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scipy.special import ndtri

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.facts.finding import RATE
from gdviz.family import shown
from gdviz.progress import ProgressCallback
from gdviz.result import run, versions

ROUNDING = 1e-5
"""Relative difference that is none: sums in another order."""

DIAGNOSTICS = ("tail", "step_change", "step_changes", "floor", "se", "se_")
"""Numbers that only say how far the others can be trusted; they are compared when all else is equal to the digit."""


@dataclass(frozen=True)
class Moved:
    """A number that differs by more than its error.

    Attributes
    ----------
    name : str
        Where it stands, e.g. ``w = 2, mean_reward``.
    then, now, allowed : float or None
    """

    name: str
    then: float | None
    now: float | None
    allowed: float | None = None

    def __str__(self) -> str:
        then, now = ("null" if v is None else f"{v:.6g}" for v in (self.then, self.now))
        return f"{self.name}: {then} in the file, {now} now" + ("" if self.allowed is None else f" (allowed: {self.allowed:.2g})")


@dataclass(frozen=True)
class Reproduction:
    """A result file beside the same Experiment run again.

    Attributes
    ----------
    compared : int
        Numbers compared.
    identical : bool
        All of them agree but for rounding.
    moved : tuple of Moved
    differing_versions : tuple of str
        What the file was made with, where it is not what it was run with now.
    seconds : float
    """

    compared: int
    identical: bool
    moved: tuple[Moved, ...]
    differing_versions: tuple[str, ...]
    seconds: float

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        if self.moved:
            more = f" And {len(self.moved) - 1} more." if len(self.moved) > 1 else ""
            return f"Not reproduced: {self.moved[0]}.{more}"
        how = "to the digit" if self.identical else "within error"
        return f"Reproduced {how}: {self.compared} numbers compared."


def reproduce(data: bytes, *, device: str = "auto", progress: ProgressCallback | None = None) -> Reproduction:
    """Run the Experiment inside a result file again and compare every number.

    One device type and version of torch give equal numbers; otherwise a mean may differ by its standard errors, at a
    false-alarm rate of 0.001 over all of them, and a number without one by the same multiple of its size / sqrt(particles).

    Raises
    ------
    GdvizError
        If the file is not a complete result that belongs to its Experiment.
    """
    began = time.perf_counter()
    then, experiment = _read(data)
    now = run(experiment, device=device, progress=progress).to_dict()
    pairs = list(_numbers(then, now))
    z = float(-ndtri(RATE / max(1, len(pairs)) / 2))
    identical = all(_same(a, b) for _, a, b, _ in pairs)
    moved = [] if identical else [item for name, a, b, error in pairs if (item := _compare(name, a, b, error, z)) is not None]
    made = dict(_leaves(then.get("versions")))
    differing = tuple(f"{name} {made[name]}" for name, version in versions().items() if made.get(name, version) != version)
    return Reproduction(len(pairs), identical, tuple(moved), differing, time.perf_counter() - began)


# ---------------------------------------------------------------------- reading
def _read(data: bytes) -> tuple[dict[str, Any], Experiment]:
    """A result file that can be trusted to be one."""
    try:
        result = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise GdvizError("found a damaged file: it is not JSON to its end; a result is what gdviz run --out writes.") from None
    if not isinstance(result, dict) or not {"format", "experiment", "rows"} <= result.keys():
        raise GdvizError("found no result: format, experiment and rows are required; a result is what gdviz run --out writes.")
    if result["format"] != 1:
        raise GdvizError(f"found a result of format {shown(result['format'])}; allowed: 1.")
    if result.get("complete") is not True:
        raise GdvizError("found an unfinished result; only a complete one can be run again.")
    experiment = Experiment.parse(result["experiment"])
    rows = result["rows"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise GdvizError("found a damaged file: rows is not a list of objects.")
    if [row.get("w") for row in rows] != list(experiment.w):
        raise GdvizError("found a damaged file: its rows are not at the w of its Experiment.")
    for row in rows:
        if row.get("particles") != experiment.particles:
            raise GdvizError(f"found a damaged file: the row w = {row['w']:g} has not the particles of its Experiment.")
        for name, value in _leaves(row):
            if isinstance(value, bool) or value is None or isinstance(value, str):
                continue
            if not isinstance(value, int | float) or (name.rpartition(".")[2].startswith("se") and value < 0):
                raise GdvizError(f"found a damaged file: w = {row['w']:g}, {name} is {shown(value)}.")
    return result, experiment


def _refuse(name: str) -> float:
    raise GdvizError(f"found {name} in the file; a result is strict JSON.")


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of nested objects and lists, with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for k, inner in enumerate(value):
            yield from _leaves(inner, f"{name}.{k}")
    else:
        yield name, value


# ---------------------------------------------------------------------- comparing
Pair = tuple[str, float | None, float | None, float | None]
"""Name, then, now, and the error of the difference; None where the number is a diagnostic."""


def _numbers(then: dict[str, Any], now: dict[str, Any]) -> Iterator[Pair]:
    """Every number that both files have."""
    for before, after in zip(then["rows"], now["rows"], strict=True):
        flat = dict(_leaves(after))
        old = dict(_leaves(before))
        n = after["particles"]
        for name, value in old.items():
            if name in flat and _is_number(value) and _is_number(flat[name]):
                yield f"w = {after['w']:g}, {name}", value, flat[name], _error(name, old, flat, n)
    exact = dict(_leaves(now.get("exact") or {}))
    for name, value in _leaves(then.get("exact") or {}):
        if name in exact and _is_number(value):
            yield f"exact, {name}", value, exact[name], 0.0


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _error(name: str, old: dict[str, Any], new: dict[str, Any], n: int) -> float | None:
    """Standard error of the difference of two independent runs."""
    parts = name.split(".")
    if any(part in DIAGNOSTICS or part.startswith("se_") for part in parts):
        return None
    if name in ("w", "particles"):
        return 0.0
    place, last = name.rpartition(".")[0], parts[-1]
    twin = f"{place}.se" if place else f"se_{last.removeprefix('mean_')}"
    if twin in old and twin in new and None in (old[twin], new[twin]):  # a tail too heavy for an error
        return None
    errors = [error for flat in (old, new) if isinstance(error := flat.get(twin), int | float)]
    if len(errors) == 2:
        return math.hypot(*errors)
    size = max(abs(float(flat.get(name) or 0.0)) for flat in (old, new))
    if name == "nonfinite":
        return math.sqrt(2 * size + 1)
    return math.sqrt(2 / n) * (max(size, 1 / n) ** 0.5 if name in ("ties", "off_support", "mode_weight_tv") else size)


def _same(then: float | None, now: float | None) -> bool:
    if then is None or now is None:
        return then is now
    return abs(then - now) <= ROUNDING * max(abs(then), abs(now))


def _compare(name: str, then: float | None, now: float | None, error: float | None, z: float) -> Moved | None:
    if _same(then, now) or error is None:
        return None
    if then is None or now is None:
        return Moved(name, then, now)
    allowed = z * error + ROUNDING * max(abs(then), abs(now))
    return Moved(name, then, now, allowed) if abs(then - now) > allowed else None
