"""Widgets for any kind, made from its own fields, whose descriptions are the tooltips: a new method needs no edit here.

Each widget edits one entry of a plain dictionary (the draft of an Experiment). What the fields alone
cannot say (which labels a target has) comes in as choices.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

import streamlit as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gdviz.family import Family, Kind
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.field_errors import FieldErrors
from gdviz.ui.parts.parts_form import edit_parts
from gdviz.ui.parts.starting_values import Choices, starting_values
from gdviz.ui.parts.table_form import Draft, edit_table, from_json

MAX_SHOWN = 400
"""Entries of a list that a text box shows."""

SPARE = 4
"""Empty places below a part's widgets: those of another kind go at once, not when the page's run has ended."""

LARGEST = 2**53 - 1
"""The largest whole number that a browser holds."""


def edit_kind(
    family: Family,
    value: Draft,
    key: str,
    choices: Choices | None = None,
    skip: tuple[str, ...] = (),
    title: str | None = None,
    help: str | None = None,
    path: str = "",
    errors: FieldErrors | None = None,
) -> Draft:
    """A select box for the kind and a widget for each of its fields.

    Parameters
    ----------
    family : Family
    value : dict
        The present description, with its ``kind``.
    key : str
        Prefix of the widgets' keys; a new prefix starts from `value` afresh.
    choices : mapping, optional
        Field name -> allowed strings, for fields whose values depend on the scene (labels), and DIMENSION.
    skip : tuple of str
        Fields that are edited elsewhere.
    title, help : str, optional
        Label and tooltip of the select box.
    path : str
        Where the description stands in what is validated, such as ``target``.
    errors : FieldErrors, optional
        Gets a place below each widget.

    Returns
    -------
    dict
        The edited description.
    """
    kinds = list(family.kinds)
    present = value.get("kind")
    titles = {name: kind.card.title for name, kind in family.kinds.items()}
    picked = st.selectbox(
        as_typed(title or family.name.capitalize()),
        kinds,
        index=kinds.index(present) if present in kinds else 0,
        format_func=lambda name: titles[name],
        key=f"{key}.kind",
        help=as_typed(help or ""),
    )
    kind = family.kinds[picked]
    if errors:
        errors.below(path)
    if picked != present:
        value = {"kind": picked, **starting_values(kind, choices, value)}
    st.caption(as_typed(kind.card.idea))
    kept = {name: value[name] for name in skip if name in value}
    return {"kind": picked, **kept, **edit_fields(kind, value, f"{key}.{picked}", choices, ("kind", *skip), path, errors)}


def edit_fields(
    model: type[BaseModel],
    value: Draft,
    key: str,
    choices: Choices | None = None,
    skip: tuple[str, ...] = (),
    path: str = "",
    errors: FieldErrors | None = None,
) -> Draft:
    """A widget for each field of a model that is no family member: a network's recipe, say.

    Parameters
    ----------
    model : type of BaseModel
    value : dict
        The present description; what is missing starts at its default.
    key : str
        Prefix of the widgets' keys.
    choices, skip, path, errors
        As in `edit_kind`.
    """
    fields = {name: info for name, info in model.model_fields.items() if name not in skip and not _is_fixed(info)}
    small = [name for name, info in fields.items() if _is_small(info)]
    places = dict(zip(small, _cells(len(small)), strict=True))
    edited: Draft = {}
    for name, info in fields.items():
        default = value.get(name, None if info.is_required() else _plain(info.get_default(call_default_factory=True)))
        with places.get(name) or st.container():
            here = f"{path}.{name}" if path else name
            edited[name] = _edit_field(name, info, default, f"{key}.{name}", choices or {}, here, errors)
            if errors:
                errors.below(here)
    return {name: item for name, item in edited.items() if item is not None or name in value}


def _is_fixed(info: FieldInfo) -> bool:
    """A choice of one thing is none."""
    kind = _bare(info.annotation)
    return get_origin(kind) is Literal and len(get_args(kind)) == 1


def _is_small(info: FieldInfo) -> bool:
    """A number, a switch or a choice: three of them share a line."""
    if any(isinstance(item, Family) for item in info.metadata):
        return False
    kind = _bare(info.annotation)
    return kind in (int, float, bool) or get_origin(kind) is Literal


def _cells(count: int, a_line: int = 3) -> list[Any]:
    cells = [cell for _ in range(0, count, a_line) for cell in st.columns(a_line)]
    for cell in cells[count:]:
        cell.empty()  # what another kind had there goes at once
    return cells[:count]


def _edit_field(
    name: str, info: FieldInfo, value: Any, key: str, choices: Choices, path: str, errors: FieldErrors | None
) -> Any:
    name_of = info.title or name.replace("_", " ")
    label, help = as_typed(name_of), as_typed(info.description or "")
    family = next((item for item in info.metadata if isinstance(item, Family)), None)
    if family is not None:
        with st.container(border=True):
            title = name_of.capitalize()
            edited = edit_kind(family, value or {}, key, choices, title=title, help=info.description, path=path, errors=errors)
            for _ in range(SPARE):
                st.empty()
            return edited
    part = next((item for item in _item_metadata(info.annotation) if isinstance(item, Family)), None)
    if part is not None:

        def edit_part(item: Draft, title: str, key: str, path: str) -> Draft:
            return edit_kind(part, item, key, choices, title=title, path=path, errors=errors)

        return edit_parts(part.name, value or [], key, path, _most(info), edit_part)
    if choices.get(name):
        allowed = choices[name]
        return st.selectbox(label, allowed, index=allowed.index(value) if value in allowed else 0, key=key, help=help)
    kind = _bare(info.annotation)
    if isinstance(kind, type) and issubclass(kind, Kind):  # an optional member of a family: as it is in the file
        return value
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        with st.expander(as_typed(name_of.capitalize())):
            return edit_fields(kind, value or {}, key, choices, path=path, errors=errors)
    low, high = _bound(info, "ge", "gt"), _bound(info, "le", "lt")
    if get_origin(kind) is Literal:
        options = list(get_args(kind))
        words = _words(info)
        start = options.index(value) if value in options else 0
        shown = {option: str(words.get(option, option)) for option in options}
        return st.selectbox(label, options, index=start, format_func=shown.__getitem__, key=key, help=help)
    if kind is bool:
        return st.toggle(label, value=bool(value), key=key, help=help)
    if kind is int:
        whole = None if value is None else int(value)
        return st.number_input(label, _whole(low), _whole(high), whole, step=1, key=key, help=help)
    if kind is float:
        now = None if value is None else float(value)
        step = None if now is None else _step(now)
        return st.number_input(label, low, high, now, step=step, format="%g", key=key, help=help)
    if kind is str:
        if name == "expression":
            return st.text_area(label, value or "", key=key, height=80, help=help)
        return st.text_input(label, value or "", key=key, help=help) or None
    return _edit_list(name_of, info, value, key)


def _words(info: FieldInfo) -> Mapping[str, Any]:
    """How a field's options are written on screen, where the field says so."""
    words = info.json_schema_extra.get("words") if isinstance(info.json_schema_extra, dict) else None
    return words if isinstance(words, dict) else {}


def _edit_list(label: str, info: FieldInfo, value: Any, key: str) -> Any:
    """Components and bumps as a table; lists of numbers and points as JSON."""
    row = _row_model(info.annotation)
    if row is not None:
        return edit_table(label, row, value or [], key)
    if isinstance(value, (list, tuple)) and len(value) > MAX_SHOWN:
        st.caption(f"{as_typed(label)}: {len(value):,} entries; edit them in a file (File, Save this experiment).")
        return value
    text = st.text_area(f"{as_typed(label)} (JSON)", json.dumps(value), key=key, height=68, help=as_typed(info.description or ""))
    return from_json(label, text, value)


def _item_metadata(annotation: Any) -> tuple[Any, ...]:
    """What is written beside the type of a list's items."""
    items = get_args(_bare(annotation))
    return tuple(getattr(items[0], "__metadata__", ())) if items else ()


def _most(info: FieldInfo) -> int:
    return next(item.max_length for item in info.metadata if hasattr(item, "max_length"))


def _row_model(annotation: Any) -> type[BaseModel] | None:
    """The model of a list's items, if they are models."""
    inner = [_bare(item) for item in get_args(_bare(annotation))]
    return next((item for item in inner if isinstance(item, type) and issubclass(item, BaseModel)), None)


def _bare(annotation: Any) -> Any:
    """The type without Optional."""
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [item for item in get_args(annotation) if item is not type(None)]
        return _bare(inner[0]) if len(inner) == 1 else annotation
    if hasattr(annotation, "__metadata__"):
        return _bare(get_args(annotation)[0])
    return annotation


def _bound(info: FieldInfo, *names: str) -> float | None:
    for item in info.metadata:
        for name in names:
            if getattr(item, name, None) is not None:
                return float(getattr(item, name))
    return None


def _whole(bound: float | None) -> int | None:
    """A bound of whole numbers; a browser knows none beyond LARGEST."""
    return None if bound is None else min(int(bound), LARGEST)


def _step(value: float) -> float:
    """One unit of a small number's first digit; a tenth, or one, of others."""
    if 0 < abs(value) < 0.1:
        return float(10.0 ** math.floor(math.log10(abs(value))))
    return 0.1 if abs(value) < 10 else 1.0


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return list(value) if isinstance(value, tuple) else value
