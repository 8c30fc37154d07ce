"""Samples from a file: .npy, .npz or .csv, never pickled, of bounded size."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdviz.errors import GdvizError

MAX_FILE = 256 << 20
"""Bytes of a file."""

MAX_VALUES = 32_000_000
"""Numbers in an array, unpacked."""

ENDINGS = (".npy", ".npz", ".csv")

Array = NDArray[np.float64]


def read_samples(path: Path, w: float | None = None) -> Array:
    """Samples [n, d] from a file. Errors as for `parse_samples`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        raise GdvizError(f"{path}: {getattr(error, 'strerror', None) or error}; give a .npy, .npz or .csv file.") from None
    return parse_samples(path.name, data, w)


def parse_samples(name: str, data: bytes, w: float | None = None) -> Array:
    """Samples [n, d] from a file's name and bytes.

    An array of shape [n], [n, d] or [W, n, d]; of the last, as `gdviz run --samples` writes it, the one at `w`.

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
        raise GdvizError(f"{name}: found the ending {ending!r}; allowed: {', '.join(ENDINGS)}.")
    if ending == ".csv":
        found = _csv(name, data)
    elif ending == ".npy":
        found = _npy(name, io.BytesIO(data))
    else:
        found = _npz(name, data, w)
    found = found[:, None] if found.ndim == 1 else found
    if found.ndim != 2 or not found.size:
        raise GdvizError(f"{name}: found an array of shape {list(found.shape)}; [n, d] is required.")
    return found.astype(np.float64)


def _npy(name: str, file: Any) -> NDArray[Any]:
    """One array, its header looked at before its values are read."""
    try:
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, fortran, dtype = read(file)
    except Exception:  # numpy raises whatever its parser of the header raises
        raise GdvizError(f"{name}: found no array in NumPy's .npy format; save it with numpy.save.") from None
    if dtype.kind not in "fiu":
        raise GdvizError(f"{name}: found values of type {dtype}; real numbers are required.")
    count = int(np.prod(shape, dtype=object))
    if count > MAX_VALUES:
        raise GdvizError(f"{name}: found {count:,} numbers; at most {MAX_VALUES:,} are read.")
    data = file.read(count * dtype.itemsize)
    if len(data) < count * dtype.itemsize:
        raise GdvizError(f"{name}: found a file that was cut short; save it again.")
    return np.frombuffer(data, dtype, count).reshape(shape, order="F" if fortran else "C")


def _npz(name: str, data: bytes, w: float | None) -> NDArray[Any]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [entry.removesuffix(".npy") for entry in archive.namelist() if entry.endswith(".npy")]
            key = "x" if "x" in names else names[0] if len(names) == 1 else None
            if key is None:
                raise GdvizError(f"{name}: found the arrays {', '.join(names) or 'none'}; name the samples x.")
            with archive.open(f"{key}.npy") as file:
                found = _npy(f"{name}, {key}", file)
            if found.ndim < 3:
                return found
            scales = np.arange(len(found))
            if "w" in names:
                with archive.open("w.npy") as file:
                    scales = _npy(f"{name}, w", file)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, zlib.error):
        raise GdvizError(f"{name}: found a damaged .npz file; save it again with numpy.savez.") from None
    return _at(name, found, scales, w)


def _at(name: str, found: NDArray[Any], scales: NDArray[Any], w: float | None) -> NDArray[Any]:
    """Of samples at several w, those at one."""
    if found.ndim != 3 or scales.shape != (len(found),):
        raise GdvizError(f"{name}: found an array of shape {list(found.shape)}; [n, d], or [W, n, d] with w [W], is required.")
    if w is None and len(found) == 1:
        return found[0]
    here = np.flatnonzero(np.isclose(scales, np.nan if w is None else w))
    if len(here) != 1:
        asked = "none asked for" if w is None else f"w = {w:g} asked for"
        raise GdvizError(f"{name}: found samples at w = {', '.join(f'{s:g}' for s in scales)}, and {asked}; name one with --w.")
    return found[here[0]]


def _csv(name: str, data: bytes) -> NDArray[Any]:
    """Numbers between commas, one sample a line; a first line of names is left out."""
    try:
        lines = [line for line in data.decode("utf-8-sig").splitlines() if line.strip()]
        first = lines[0].split(",") if lines else []
        skip = 0 if all(_is_number(cell) for cell in first) else 1
        if len(lines) <= skip:
            raise GdvizError(f"{name}: found no numbers; a .csv file holds one sample a line.")
        found = np.loadtxt(lines[skip:], delimiter=",", ndmin=2, comments=None, max_rows=MAX_VALUES)
    except UnicodeDecodeError:
        raise GdvizError(f"{name}: found bytes that are not text; a .csv file is numbers between commas.") from None
    except ValueError as error:
        raise GdvizError(f"{name}: found lines that are not numbers between commas ({str(error).partition(';')[0]}).") from None
    if found.size > MAX_VALUES:
        raise GdvizError(f"{name}: found {found.size:,} numbers; at most {MAX_VALUES:,} are read.")
    return found


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
