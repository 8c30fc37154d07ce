"""Frozen records that write themselves as strict JSON and read themselves back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Annotated, Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter
from pydantic_core import core_schema

T = TypeVar("T")


class Record:
    """Base of frozen dataclasses that are stored, sent between processes and shown.

    A number that is not finite is written as null, so a field that may hold one is ``float | None`` or an array.
    """

    def to_json(self) -> bytes:
        """Strict JSON, read by `from_json`."""
        return _adapter(type(self)).dump_json(self)  # type: ignore[arg-type]

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError
            If it is no JSON or holds something else.
        """
        record: Self = _adapter(cls).validate_json(data)  # type: ignore[arg-type]
        return record


@dataclass(frozen=True, kw_only=True)
class Answer(Record):
    """Base of the records that answer a long question (`gdviz.studies`).

    Attributes
    ----------
    complete : bool
        Whether all that was asked is in it.
    seconds : float
        Wall time that it took, filled in by whoever ran it.
    """

    complete: bool = True
    seconds: float = 0.0

    def to_bytes(self) -> bytes:
        """How it is stored and sent; read by `from_bytes`."""
        return self.to_json()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote."""
        return cls.from_json(data)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class ArrayInJson:
    """How pydantic writes and reads a numpy array: nested lists, null for what is not finite."""

    def __init__(self, dtype: type[np.generic]) -> None:
        self.dtype = dtype

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: np.array(value, dtype=self.dtype),  # None becomes NaN
            serialization=core_schema.plain_serializer_function_ser_schema(finite),
        )


Floats = Annotated[NDArray[np.float64], ArrayInJson(np.float64)]
"""A float64 array as a record's field."""

Floats32 = Annotated[NDArray[np.float32], ArrayInJson(np.float32)]
Integers = Annotated[NDArray[np.int64], ArrayInJson(np.int64)]


def finite(value: Any) -> Any:
    """Lists and dictionaries of plain numbers, None in place of one that is not finite: JSON has no word for it."""
    if isinstance(value, Mapping):
        return {str(key): finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    if isinstance(value, np.generic | np.ndarray):
        return finite(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def significant(value: T, digits: int) -> T:
    """The same with numbers of so many significant digits, in records, tuples, mappings and arrays: what a picture needs."""
    rounded: Any = value
    if is_dataclass(value) and not isinstance(value, type):
        rounded = replace(value, **{field.name: significant(getattr(value, field.name), digits) for field in fields(value)})
    elif isinstance(value, dict):
        rounded = {key: significant(inner, digits) for key, inner in value.items()}
    elif isinstance(value, tuple | list):
        made = getattr(value, "_make", type(value))  # a named tuple stays one
        rounded = made([significant(inner, digits) for inner in value])
    elif isinstance(value, np.ndarray):
        rounded = np.reshape([significant(inner, digits) for inner in value.ravel().tolist()], value.shape)
    elif isinstance(value, float):
        rounded = float(f"{value:.{digits}g}")
    return rounded
