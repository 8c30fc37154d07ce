"""Files of points made to harm: each becomes a target or is one sentence, and memory stays in proportion to the file."""

from __future__ import annotations

import io
import json
import pickle
import random
import tracemalloc
import zipfile
from collections.abc import Callable

import numpy as np
import pytest

from gdviz.errors import MAX_SENTENCE, GdvizError
from gdviz.own_data import parse_points, target_of

TIMES, MEGABYTES = 40, 8
"""Bytes of memory for each byte of a file, besides so many megabytes."""

Hostile = Callable[[random.Random], tuple[str, bytes]]


def _rows(draw: random.Random, cell: Callable[[int, int], str], between: str = ",", rows: int = 30) -> bytes:
    return "\n".join(between.join(cell(k, j) for j in range(3)) for k in range(rows)).encode()


def _npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=array.dtype == object)
    return out.getvalue()


def truncated(draw: random.Random) -> tuple[str, bytes]:
    whole = _npy(np.random.default_rng(0).normal(size=(50, 2)))
    return "a.npy", whole[: draw.randrange(1, len(whole))]


def pickled(draw: random.Random) -> tuple[str, bytes]:
    class Harm:
        def __reduce__(self):
            return (pytest.fail, ("executed",))

    data = pickle.dumps(Harm()) if draw.random() < 0.5 else _npy(np.array([Harm()], dtype=object))
    return draw.choice(["a.npy", "a.npz", "a.csv", "a.json"]), data


def bomb(draw: random.Random) -> tuple[str, bytes]:
    out = io.BytesIO()
    head = _npy(np.zeros((1, 2)))[:128].replace(b"(1, 2), }    ", b"(20000000, 2)")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(draw.randrange(1, 4)):
            file.writestr(f"x{number}.npy", head + b"\0" * draw.randrange(1 << 20, 1 << 24))
    return "a.npz", out.getvalue()


def promised(draw: random.Random) -> tuple[str, bytes]:
    """A header that promises more than there is."""
    shape = draw.choice(["(10**7, 2)", "(1099511627776, 2)", "(-1, 2)", "(2,)*99", "(0, 2)", "(3, 0)"])
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return "a.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + b"\0" * draw.randrange(400)


def many_rows(draw: random.Random) -> tuple[str, bytes]:
    return "a.csv", draw.choice([b"1,2\n", b"1\n", b"1,2,a\n", b"\n"]) * draw.choice([2000, 40_000])


def nan_columns(draw: random.Random) -> tuple[str, bytes]:
    word = draw.choice(["nan", "NaN", "inf", "-Infinity", "NA", "null", "", "#N/A"])
    return "a.csv", _rows(draw, lambda k, j: word if j == draw.randrange(1, 3) else str(k))


def huge_integers(draw: random.Random) -> tuple[str, bytes]:
    digits = "9" * draw.choice([20, 310, 5000, 100_000])
    if draw.random() < 0.5:
        return "a.json", f"[[{digits}, 1], [1, -{digits}]]".encode()
    return "a.csv", _rows(draw, lambda k, j: digits if k == 7 else str(k), rows=10)


def mixed_encodings(draw: random.Random) -> tuple[str, bytes]:
    parts = ["x,y,näme\n", "1,2,ä\n", "−1,2,日\n"] * 5
    encodings = ["utf-8", "utf-16", "latin-1", "utf-8-sig"]
    return "a.csv", b"".join(part.encode(draw.choice(encodings), "replace") for part in parts)


def formulas(draw: random.Random) -> tuple[str, bytes]:
    cell = draw.choice(['=cmd|" /C calc"!A0', "=1+1", "@SUM(A1)", "+1", "-2+3", "__import__('os')", "${7*7}", "<script>", "1e5x"])
    return "a.csv", _rows(draw, lambda k, j: cell if j == 2 else str(k / 7))


def nested(draw: random.Random) -> tuple[str, bytes]:
    depth = draw.choice([3, 2000, 200_000])
    return "a.json", draw.choice([b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth, b"[" * depth])


def odd_objects(draw: random.Random) -> tuple[str, bytes]:
    row = draw.choice([{"x": 1}, {"x": None, "y": 2}, {"x": True, "y": "2"}, {"y": [1], "x": {}}, 3, "a", [1, [2]], []])
    return "a.json", json.dumps([{"x": 1, "y": 2, "label": "a"}, row, *([row] * draw.randrange(3))]).encode()


def labels(draw: random.Random) -> tuple[str, bytes]:
    """As many labels as rows, long ones, with what a page or a terminal might obey."""
    name = draw.choice(["\x1b[31m", "<b>", "`$x$`", "a" * 5000, "\u202e", "\0", "{}"])
    return "a.csv", _rows(draw, lambda k, j: f"{name}{k}" if j == 2 else str(k), rows=draw.choice([5, 400]))


def quotes(draw: random.Random) -> tuple[str, bytes]:
    return "a.csv", draw.choice([b'"1,2\n3,4', b'1,"2\n"3",4\n' * 50, b'""""\n' * 30, b'"1";"2"\n' * 20, b"'1','2'\n" * 9])


def wide(draw: random.Random) -> tuple[str, bytes]:
    return "a.csv", b",".join([b"1"] * draw.choice([200, 20_000])) + b"\n1,2\n"


HOSTILE: tuple[Hostile, ...] = (
    truncated, pickled, bomb, promised, many_rows, nan_columns, huge_integers, mixed_encodings, formulas, nested, odd_objects,
    labels, quotes, wide,
)  # fmt: skip


def outcome(make: Hostile, seed: int) -> tuple[str, float]:
    """``target`` or ``refused``, and the peak of memory in megabytes."""
    draw = random.Random(seed)
    name, data = make(draw)
    said: list[str] = []
    tracemalloc.start()
    try:
        made = target_of(parse_points(name, data), mixture=False, noise=0.1, at_most=200)
        said += [*made.points.remarks, made.points.summary]
        found = "target"
    except GdvizError as refused:
        said.append(str(refused))
        found = "refused"
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    for words in said:
        assert 0 < len(words) <= MAX_SENTENCE and words.isprintable(), (make.__name__, seed, words)
    assert peak <= TIMES * len(data) + (MEGABYTES << 20), (make.__name__, seed, peak, len(data))
    return found, peak / 2**20


def test_thirty_hostile_files() -> None:
    found = [outcome(HOSTILE[seed % len(HOSTILE)], seed)[0] for seed in range(30)]
    assert {"target", "refused"} == set(found)


@pytest.mark.verify
def test_three_hundred_hostile_files(verify_result) -> None:
    found = [outcome(HOSTILE[seed % len(HOSTILE)], 1000 + seed) for seed in range(300)]
    made = sum(outcome == "target" for outcome, _ in found)
    verify_result("300 hostile files of points: made a target, the others refused in a sentence", made)
    verify_result("300 hostile files of points: another exception", 0, 0)
    verify_result("300 hostile files of points: peak memory, MB", max(peak for _, peak in found))


@pytest.mark.verify
def test_ten_million_rows(verify_result) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(GdvizError, match="rows; at most so many are read"):
            parse_points("a.csv", b"1.5,2\n" * 10_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    verify_result("a file of 10^7 rows, 40 MB: peak memory until its refusal, MB", peak / 2**20)
    assert peak < 1 << 30
