"""Records for tests: filled where a case does not care, read from JSON values, compared, and made at random."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pydantic import TypeAdapter

from gdviz.experiment import Experiment
from gdviz.family import Family
from gdviz.presets import load
from gdviz.record import ArrayInJson

R = TypeVar("R")


def filled(kind: type[R], **given: Any) -> R:
    """A record of a kind: zero, empty, unknown or False where a field is not given and has no value of its own."""
    hints = hints_of(kind)
    needed = [field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING]  # type: ignore[arg-type]
    return kind(**{name: nothing(hints[name]) for name in needed if name not in given} | given)


def hints_of(kind: Any) -> dict[str, Any]:
    """The types of a record's fields; an Experiment's is often imported for the reader of types only."""
    return typing.get_type_hints(kind, localns={"Experiment": Experiment}, include_extras=True)


def nothing(kind: Any) -> Any:
    """The emptiest value of a type."""
    if kind is Experiment:
        return load("figure-1").experiment
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if type(None) in inside else nothing(inside[0])
    if members := members_of(kind):
        return members[0]
    if origin is typing.Annotated:
        return np.zeros(0, dtype_of(kind))
    if origin is typing.Literal:
        return inside[0]
    if hasattr(kind, "_fields"):  # a Mean: not known
        return kind(*(nothing(hint) for hint in typing.get_type_hints(kind).values()))
    if origin is tuple:
        return () if inside[-1] is Ellipsis else tuple(nothing(each) for each in inside)
    if is_dataclass(kind):
        return filled(kind)  # type: ignore[arg-type]
    return {} if origin is not None and issubclass(origin, Mapping) else kind()


def members_of(kind: Any) -> list[Any]:
    """Of a field that holds a member of a family (`Annotated[TargetKind, TARGETS]`): one of each kind; of others none."""
    family = next((each for each in typing.get_args(kind) if isinstance(each, Family)), None)
    return [] if family is None else [member(**member.examples[0]) for member in family.kinds.values()]


def dtype_of(kind: Any) -> Any:
    """Of an array in a record (`gdviz.record.Floats` and the others)."""
    return next(each.dtype for each in typing.get_args(kind) if isinstance(each, ArrayInJson))


def read(kind: Any, value: Any) -> Any:
    """Records from JSON values, as in read(tuple[Row, ...], rows)."""
    return TypeAdapter(kind).validate_python(value)


def same(one: Any, other: Any) -> bool:
    """Whether two values are of the same types and equal throughout, arrays and NaN too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        same_kind = one.dtype == other.dtype and one.shape == other.shape
        return same_kind and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return bool(one == other)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Random values of a type; of a record, records."""
    if kind is Experiment:
        return st.sampled_from([load(name).experiment for name in ("figure-1", "ring-reward")])
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values(each) for each in inside])
    if members := members_of(kind):
        return st.sampled_from(members)
    if origin is typing.Annotated:
        dtype = dtype_of(kind)
        elements = {"allow_infinity": False} if dtype is not np.int64 else None
        return arrays(dtype, array_shapes(max_dims=3, max_side=3), elements=elements)
    if origin is typing.Literal:
        return st.sampled_from(inside)
    if hasattr(kind, "_fields"):
        return st.builds(kind, *(values(hint) for hint in typing.get_type_hints(kind).values()))
    if origin is tuple:
        if inside[-1] is Ellipsis:
            return st.lists(values(inside[0]), max_size=2).map(tuple)
        return st.tuples(*(values(each) for each in inside))
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(values(inside[0]), values(inside[1]), max_size=2)
    if is_dataclass(kind):
        return st.builds(kind, **{name: values(hint) for name, hint in hints_of(kind).items() if name in names_of(kind)})
    return SIMPLE[kind]


def names_of(kind: Any) -> set[str]:
    """The names of a record's fields; its class variables have types too."""
    return {field.name for field in fields(kind)}


SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    type(None): st.none(),
    bool: st.booleans(),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(max_size=8),
    bytes: st.binary(max_size=8),
}
"""Numbers that JSON can hold; what is not known is None."""
