"""Samples from a file, text or arrays: of bounded size, never pickled, and what was recognised in it is said."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdviz.errors import GdvizError
from gdviz.family import shown
from gdviz.own_data.arrays import read_npy, read_npz
from gdviz.own_data.text import read_text
from gdviz.store import read_at_most

MAX_FILE = 256 << 20
"""Bytes of a file."""

TEXT = (".csv", ".tsv", ".txt")
ENDINGS = (".npy", ".npz", *TEXT)

FEWEST_COUNTED = 10
"""Rows of a column that counts without a name to say so."""

_INDEX = {"", "index", "id", "i", "n", "#", "unnamed: 0", "row"}

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Samples:
    """What a file holds.

    Attributes
    ----------
    x : ndarray, shape [n, d]
    remarks : tuple of str
        What was recognised or left out, a sentence each; empty for plain numbers.
    """

    x: Array
    remarks: tuple[str, ...] = ()


def read_samples(path: Path, w: float | None = None) -> Samples:
    """Samples from a file. Errors as for `parse_samples`."""
    return parse_samples(path.name, bytes_of(path, MAX_FILE, ENDINGS), w)


def bytes_of(path: Path, most: int, endings: Sequence[str]) -> bytes:
    """A file's bytes, of which there are at most so many.

    Raises
    ------
    GdvizError
        If it cannot be read or is larger; the sentence says which endings are allowed.
    """
    try:
        return read_at_most(path, most)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise GdvizError(f"{path}: {why}; give a file that ends in {', '.join(endings)}.") from None


def parse_samples(name: str, data: bytes, w: float | None = None) -> Samples:
    """Samples from a file's name and bytes.

    An array of shape [n], [n, d] or [W, n, d]; of the last, as `gdviz run --samples` writes it, the one at `w`. Text is one
    sample a line. A first column that counts the rows is left out.

    Parameters
    ----------
    name : str
        Its ending says how to read the bytes.
    data : bytes
    w : float, optional

    Raises
    ------
    GdvizError
        If the file is too large, damaged, pickled, or does not hold samples.
    """
    if len(data) > MAX_FILE:
        raise GdvizError(f"{name}: found more than {MAX_FILE:,} bytes; a file of samples has at most so many.")
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise GdvizError(f"{name}: found the ending {shown(ending)}; allowed: {', '.join(ENDINGS)}.")
    names: tuple[str, ...] | None = None
    remarks: list[str] = []
    array: NDArray[Any]
    if ending in TEXT:
        array, names, remarks = read_text(name, data)
    elif ending == ".npy":
        array = read_npy(name, io.BytesIO(data))
    else:
        array = read_npz(name, data, w)
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or not array.size:
        raise GdvizError(f"{name}: found an array of shape {list(array.shape)}; [n, d] is required.")
    with np.errstate(over="ignore", invalid="ignore"):  # signalling NaN
        x = array.astype(np.float64, copy=False)  # [n, d]
    remark = counted(x, names)
    return Samples(x if remark is None else x[:, 1:], tuple(remarks if remark is None else [*remarks, remark]))


def counted(x: Array, names: tuple[str, ...] | None) -> str | None:
    """What to say of a first column that numbers the rows; None where it is a coordinate."""
    if x.shape[1] < 2 or not np.isfinite(x[:, 0]).all() or (x[:, 0] != np.floor(x[:, 0])).any():
        return None
    first = x[:, 0]  # [n]
    called = names is not None and len(names) == x.shape[1] and names[0].lower() in _INDEX
    if (called or len(first) >= FEWEST_COUNTED) and (np.diff(first) == 1).all():
        return f"A counting first column, {first[0]:.0f} to {first[-1]:.0f}, is left out."
    if called and len(np.unique(first)) == len(first):
        return "A first column of whole numbers, no two the same and named like an index, is left out."
    return None
