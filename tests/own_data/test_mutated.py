"""Mutated sample files: each is read with what was recognised said, or refused in one sentence; memory follows the file."""

from __future__ import annotations

import io
import tracemalloc
import warnings

import numpy as np
import pytest
from mutated_samples import Made, made

from gdviz.errors import GdvizError
from gdviz.own_data.files import Samples, parse_samples

MEGABYTE = 1 << 20
TIMES = 12
"""Bytes of memory for each byte of a file, besides one megabyte."""


def looked_at(file: Made) -> tuple[str, int]:
    """``read`` or ``refused``, and the peak of memory in bytes."""
    found: Samples | GdvizError
    tracemalloc.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = parse_samples(file.name, file.data)
    except GdvizError as refused:
        found = refused
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak <= TIMES * len(file.data) + MEGABYTE
    said = [str(found)] if isinstance(found, GdvizError) else list(found.remarks)
    assert all(0 < len(words) < 500 and "\n" not in words and words.endswith((".", "?")) for words in said)
    if isinstance(found, GdvizError):
        return "refused", peak
    assert found.x.ndim == 2 and found.x.dtype == np.float64 and found.x.size
    if file.x is not None:  # whole: nothing is dropped, and whatever was recognised is said
        np.testing.assert_array_equal(found.x, file.x)
        assert bool(said) == file.remarkable
    return "read", peak


def count(seeds: range) -> dict[str, int]:
    found = {"read": 0, "refused": 0, "whole": 0, "whole and read": 0, "peak": 0}
    for seed in seeds:
        file = made(seed)
        outcome, peak = looked_at(file)
        found[outcome] += 1
        found["whole"] += file.x is not None
        found["whole and read"] += file.x is not None and outcome == "read"
        found["peak"] = max(found["peak"], peak)
    return found


def test_a_sample_of_mutated_files() -> None:
    found = count(range(60))
    assert found["whole and read"] == found["whole"] == 20
    assert found["refused"] >= 10 and found["read"] >= 25


def test_a_signalling_nan_brings_no_warning() -> None:
    held = io.BytesIO()
    np.save(held, np.array([0x7F800001, 0x3F800000], "<u4").view("<f4"))
    looked_at(Made("a.npy", held.getvalue(), None, False))


@pytest.mark.verify
def test_five_hundred_mutated_files(verify_result) -> None:
    found = count(range(1000, 1500))
    verify_result("500 mutated sample files: read or refused in a sentence", found["read"] + found["refused"], 500)
    verify_result("500 mutated sample files: refused", found["refused"])
    lost = found["whole"] - found["whole and read"]
    verify_result(f"500 mutated sample files: not read to the digit of the {found['whole']} whole ones", lost, 0)
    verify_result("500 mutated sample files: peak memory, kB", found["peak"] / 1000)
    assert found["whole and read"] == found["whole"]
