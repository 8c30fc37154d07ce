"""What a hostile file asks for is refused in a sentence before anything is unpacked; memory is in proportion to the file."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint
from gdviz.own_data.files import parse_samples, read_samples

CASES = Path(__file__).parents[1] / "data" / "cases"
MEGABYTE = 1 << 20


def peak(work: Callable[[], object]) -> int:
    """Bytes held at most while it runs."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(GdvizError) as refused:
        work()
    assert len(str(refused.value)) < 500
    return str(refused.value)


def npy(header: bytes, version: bytes = b"\1\0", length: bytes | None = None) -> bytes:
    return b"\x93NUMPY" + version + (struct.pack("<H", len(header)) if length is None else length) + header


def shaped(shape: str) -> bytes:
    return npy(f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}".encode())


def bomb(start: bytes, megabytes: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as file:
        file.write(start)
        for _ in range(megabytes):
            file.write(bytes(MEGABYTE))
    return held.getvalue()


@pytest.mark.parametrize(
    "start",
    [
        shaped("(-1, 2)"),
        shaped("(-1, -2)"),
        shaped("(0, -1)"),
        shaped("(100000, 100000, 100000)"),
        npy(b"", b"\2\0", struct.pack("<I", 100 * MEGABYTE)),
    ],
)
def test_nothing_is_unpacked_of_a_bomb(start: bytes) -> None:
    data = bomb(start, 100)
    assert peak(lambda: refusal(lambda: parse_samples("a.npz", data))) < 2 * MEGABYTE


@pytest.mark.parametrize("file", [*sorted(path.name for path in CASES.glob("shape_*.npy")), "utf8flag.npz"])
def test_odd_arrays_are_one_sentence(file: str) -> None:
    assert file in refusal(lambda: read_samples(CASES / file))


@pytest.mark.parametrize("size", ["9" * 4000, "-" + "9" * 4000, "True", "1.5", "'a'", "None"])
def test_odd_sizes_are_one_sentence(size: str) -> None:
    refusal(lambda: parse_samples("a.npy", shaped(f"({size}, {size}, {size})")))


@pytest.mark.parametrize("columns", [1, 2, 64, 2000])
def test_text_takes_memory_in_proportion_to_the_file(columns: int) -> None:
    data = b"\n".join([b",".join([b"1.25"] * columns)] * max(3, 100_000 // columns))
    assert peak(lambda: parse_samples("a.csv", data)) < 12 * len(data) + MEGABYTE
    found: list[object] = []
    assert peak(lambda: found.append(read_samples(CASES / "csv64.csv").x.shape)) < MEGABYTE and found == [(3, 64)]


@pytest.mark.parametrize("data", [b"1," * (4 * MEGABYTE), b"7" * (4 * MEGABYTE), b"\0" * (4 * MEGABYTE), b"x;" * (4 * MEGABYTE)])
def test_a_line_without_an_end(data: bytes) -> None:
    assert peak(lambda: refusal(lambda: parse_samples("a.csv", data))) < 8 * MEGABYTE


def test_many_arrays_and_many_w_are_short_sentences() -> None:
    held = io.BytesIO()
    np.savez(held, x=np.zeros((200_000, 1, 1)), w=np.arange(200_000.0))
    data = held.getvalue()
    assert "and 199," in refusal(lambda: parse_samples("a.npz", data, -1.0))
    with zipfile.ZipFile(held := io.BytesIO(), "w") as archive:
        for k in range(3000):
            archive.writestr(f"{'long' * 60}{k}.npy", b"")
    data = held.getvalue()
    assert len(data) > MEGABYTE
    refusal(lambda: parse_samples("a.npz", data))
    with zipfile.ZipFile(held := io.BytesIO(), "w") as archive:
        for k in range(300):
            archive.writestr(f"{'long' * 60}{k}.npy", b"")
    assert "and 29" in refusal(lambda: parse_samples("a.npz", held.getvalue()))


def test_many_labels_are_a_short_sentence() -> None:
    from gdviz.facts.judge import judge
    from gdviz.facts.retarget import retargeted

    names = [f"class number {k}" for k in range(20_000)]
    target = {"kind": "points", "points": [[float(k)] for k in range(20_000)], "labels": names}
    asked = {"target": target, "guidance": {"kind": "cfg", "label": names[0]}, "w": [0, 1]}
    from gdviz.experiment import Experiment

    said = refusal(lambda: judge(np.zeros((100, 1)), retargeted(Experiment.parse(asked), label="no" * 5000)))
    assert "and 19,9" in said


def test_weights_larger_than_their_file_are_refused_before_they_are_made() -> None:
    data = (CASES / "dimension.safetensors").read_bytes()
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "do not fit their description" in refusal(lambda: Checkpoint.from_bytes(data))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB; they would take 5 GB
