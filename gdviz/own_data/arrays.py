"""Samples as NumPy arrays, .npy or .npz: never pickled, and looked at before anything is unpacked."""

from __future__ import annotations

import io
import math
import struct
import warnings
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdviz.errors import GdvizError, listed
from gdviz.family import shown

MAX_VALUES = 32_000_000
"""Numbers in an array, unpacked."""

MAX_HEADER = 10_000
"""Bytes that describe an array, as in NumPy."""

MAX_DIRECTORY = 1 << 20
"""Bytes of an archive's list of arrays."""

_LENGTHS = {(1, 0): "<H", (2, 0): "<I"}
_END = struct.Struct("<4s4H2LH")
"""What a zip archive ends with."""


def read_npy(name: str, file: Any) -> NDArray[Any]:
    """One array, its header looked at before its values are read.

    Raises
    ------
    GdvizError
        If it is no array of real numbers, too large, or cut short.
    """
    shape, fortran, dtype = _header(name, file)
    if dtype.kind not in "fiu":
        raise GdvizError(f"{name}: found values of type {shown(str(dtype))}; real numbers are required.")
    if len(shape) > 3 or any(type(size) is not int or size < 0 for size in shape):
        raise GdvizError(f"{name}: found an array of shape {_shape(shape)}; [n, d] is required.")
    count = math.prod(shape)
    if count > MAX_VALUES:
        told = f"{count:,}" if count < 10**18 else "more than 10^18"
        raise GdvizError(f"{name}: found {told} numbers; at most {MAX_VALUES:,} are read.")
    if not count:
        raise GdvizError(f"{name}: found an array of shape {_shape(shape)}, without numbers; [n, d] is required.")
    data = file.read(count * dtype.itemsize)
    if len(data) < count * dtype.itemsize:
        raise GdvizError(f"{name}: found a file that was cut short; save it again.")
    return np.frombuffer(data, dtype, count).reshape(shape, order="F" if fortran else "C")


def _header(name: str, file: Any) -> tuple[tuple[Any, ...], bool, np.dtype[Any]]:
    """Shape, order and type; NumPy itself would read as long a header as it is told of."""
    try:
        magic = file.read(8)
        version = np.lib.format.read_magic(io.BytesIO(magic))
        size = file.read(struct.calcsize(_LENGTHS[version]))
        (length,) = struct.unpack(_LENGTHS[version], size)
        if length > MAX_HEADER:
            raise ValueError("a header too long")
        told = io.BytesIO(size + file.read(length))
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's own, of a header that is no plain dictionary
            shape, fortran, dtype = read(told)
    except (zipfile.BadZipFile, OSError, EOFError):
        raise
    except Exception:  # numpy raises whatever its parser of the header raises
        raise GdvizError(f"{name}: found no array in NumPy's .npy format; save it with numpy.save.") from None
    return shape, fortran, dtype


def _shape(shape: tuple[Any, ...]) -> str:
    return f"[{listed(shown(size, 30) for size in shape)}]"


def read_npz(name: str, data: bytes, w: float | None) -> NDArray[Any]:
    """The array x, or the only one; of samples at several w, those at `w`.

    Raises
    ------
    GdvizError
        If the archive is damaged, or it is not clear which samples are meant.
    """
    try:
        _check_directory(name, data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [entry.removesuffix(".npy") for entry in archive.namelist() if entry.endswith(".npy")]
            key = "x" if "x" in names else names[0] if len(names) == 1 else None
            if key is None:
                known = listed(shown(each, 40).strip("'") for each in names) or "none"
                raise GdvizError(f"{name}: found the arrays {known}; name the samples x.")
            with archive.open(f"{key}.npy") as file:
                samples = read_npy(f"{name}, {shown(key, 40)[1:-1]}", file)
            if samples.ndim < 3:
                return samples
            scales: NDArray[Any] = np.arange(len(samples))
            if "w" in names:
                with archive.open("w.npy") as file:
                    scales = read_npy(f"{name}, w", file)
    except GdvizError:
        raise
    except Exception:  # zipfile and zlib raise whatever they stumble over: BadZipFile, UnicodeDecodeError, struct.error
        raise GdvizError(f"{name}: found a damaged .npz file; save it again with numpy.savez.") from None
    return at_w(name, samples, scales, w)


def _check_directory(name: str, data: bytes) -> None:
    """Refuse a list of so many arrays that reading it alone takes much memory: zipfile keeps twelve times its bytes."""
    place = len(data) - _END.size
    if data[place : place + 4] != b"PK\5\6":
        place = data.rfind(b"PK\5\6", max(0, place - (1 << 16)))
    if place < 0 or len(data) - place < _END.size:
        return  # zipfile says that it is damaged
    size = _END.unpack_from(data, place)[5]
    if size > MAX_DIRECTORY or data[max(0, place - 20) : place][:4] == b"PK\6\7":
        raise GdvizError(f"{name}: found a list of more arrays than are read; save the samples alone, as x.")


def at_w(name: str, samples: NDArray[Any], scales: NDArray[Any], w: float | None) -> NDArray[Any]:
    """Of samples [W, n, d] at several w, those at one."""
    if samples.ndim != 3 or scales.shape != (len(samples),):
        shape, of = list(samples.shape), list(scales.shape)
        raise GdvizError(f"{name}: found shape {shape} and w of shape {of}; [n, d], or [W, n, d] with w [W], is required.")
    if w is None and len(samples) == 1:
        return samples[0]
    here = np.flatnonzero(np.isclose(scales, np.nan if w is None else w))
    if len(here) != 1:
        asked = "none asked for" if w is None else f"w = {w:g} asked for"
        known = listed((f"{s:g}" for s in scales), len(scales))
        raise GdvizError(f"{name}: found samples at w = {known}, and {asked}; name one with --w.")
    return samples[here[0]]
