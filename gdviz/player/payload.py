"""The arrays of a scene as bytes, and the header entries that find them again; `decode.js` is the mirror."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Payload:
    """Payload arrays in order, and the header entries that find them again."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._chunks: list[bytes] = []
        self._offset = 0

    def add(self, name: str, shape: Sequence[int], dtype: str, encoding: str, chunk: bytes) -> None:
        entry = {"name": name, "dtype": dtype, "shape": list(shape), "offset": self._offset, "length": len(chunk)}
        self.entries.append({**entry, "encoding": encoding})
        self._chunks.append(chunk)
        self._offset += len(chunk)

    def add_array(self, name: str, array: NDArray[Any]) -> None:
        little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        self.add(name, array.shape, array.dtype.name, "deflate", zlib.compress(little.tobytes(), 6))

    def add_across(self, name: str, codes: NDArray[np.uint8]) -> None:
        """Bytes of smooth pictures, [.., width]: each less the one before it in its row, modulo 256."""
        rest = codes.copy()
        rest[..., 1:] -= codes[..., :-1]
        self.add(name, codes.shape, "uint8", "across", zlib.compress(rest.tobytes(), 6))

    def data(self) -> bytes:
        return b"".join(self._chunks)


def decode(entry: dict[str, Any], payload: bytes) -> NDArray[Any]:
    chunk = payload[entry["offset"] : entry["offset"] + entry["length"]]
    if entry["encoding"] == "paths12":
        return decode_paths(chunk, entry["shape"])
    raw = chunk if entry["encoding"] == "raw" else zlib.decompress(chunk)
    array = np.frombuffer(raw, np.dtype(entry["dtype"]).newbyteorder("<")).reshape(entry["shape"])
    return np.cumsum(array, axis=-1, dtype=np.uint8) if entry["encoding"] == "across" else array


def encode_paths(codes: NDArray[np.uint16]) -> bytes:
    """Difference over w, then over time; zigzag to unsigned; low bytes, then high bytes; deflate."""
    rest = codes.astype(np.int16)  # differences stay within +-8190
    rest[1:] -= codes[:-1].astype(np.int16)
    rest[:, 1:] -= rest[:, :-1].copy()
    zigzag = ((rest << 1) ^ (rest >> 15)).astype(np.uint16)
    planes = zigzag.astype("<u2").reshape(-1).view(np.uint8).reshape(-1, 2).T
    return zlib.compress(np.ascontiguousarray(planes).tobytes(), 4)


def decode_paths(data: bytes, shape: list[int]) -> NDArray[np.uint16]:
    planes = np.frombuffer(zlib.decompress(data), np.uint8).reshape(2, -1).astype(np.uint16)
    zigzag = (planes[0] | planes[1] << 8).astype(np.int32).reshape(shape)
    rest = (zigzag >> 1) ^ -(zigzag & 1)
    return np.cumsum(np.cumsum(rest, axis=1), axis=0).astype(np.uint16)
