"""Records for tests: the fields that a case is about are given, the others filled with something of their type."""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
from pydantic import TypeAdapter

R = TypeVar("R")


def filled(kind: type[R], **given: Any) -> R:
    """A record of a kind: zero, empty, unknown or False where a field is not given and has no value of its own."""
    hints = typing.get_type_hints(kind, include_extras=True)
    needed = [field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING]  # type: ignore[arg-type]
    return kind(**{name: nothing(hints[name]) for name in needed if name not in given} | given)


def nothing(kind: Any) -> Any:
    """The emptiest value of a type."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if type(None) in inside else nothing(inside[0])
    if origin is typing.Annotated:
        return np.zeros(0)
    if origin is typing.Literal:
        return inside[0]
    if hasattr(kind, "_fields"):  # a Mean: not known
        return kind(*(nothing(hint) for hint in typing.get_type_hints(kind).values()))
    if origin is tuple:
        return () if inside[-1] is Ellipsis else tuple(nothing(each) for each in inside)
    if is_dataclass(kind):
        return filled(kind)  # type: ignore[arg-type]
    return {} if origin is not None and issubclass(origin, typing.Mapping) else kind()


def read(kind: Any, value: Any) -> Any:
    """Records from JSON values, as in read(tuple[Row, ...], rows)."""
    return TypeAdapter(kind).validate_python(value)
