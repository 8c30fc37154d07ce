"""What a kind's fields start with when it takes the place of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from gdviz.family import Family, Kind
from gdviz.ui.parts.table_form import Draft

Choices = Mapping[str, list[str]]

DIMENSION = "dimension"
"""The choice that is no field: the length of the scene's points, one string."""

PLANE = 2  # coordinates of targets whose kind alone says how many


def starting_values(kind: type[Kind], choices: Choices | None = None, before: Draft | None = None) -> Draft:
    """An example of a kind, with what can be kept: the number of coordinates, the fields of both kinds, the scene's labels.

    A kind that is made from others of its family starts with the one it replaces inside it; a part that takes its whole's place
    stays as it is.

    Parameters
    ----------
    kind : type of Kind
    choices : mapping, optional
        Field name -> allowed strings, for fields whose values depend on the scene; and DIMENSION.
    before : dict, optional
        The description of another kind that it replaces.
    """
    before = before or {}
    part = next((dict(part) for part in _parts(before) if part.get("kind") == kind.kind_name()), None)
    example = _example(kind, choices, before)
    start = part or _around(kind, example, before) or example
    for name, item in before.items():
        kept = {**start, name: item}
        if part is None and name != "kind" and name in kind.model_fields and _is_valid(kind, kept):
            start = kept
    for name, allowed in (choices or {}).items():
        if name in kind.model_fields and allowed:
            start[name] = allowed[0]
    return {name: item for name, item in start.items() if name != "kind"}


def _example(kind: type[Kind], choices: Choices | None, before: Draft) -> Draft:
    line = getattr(kind, "line_examples", ()) if (choices or {}).get(DIMENSION) == ["1"] else ()
    examples = [dict(example) for example in line or kind.examples] or [{}]
    return next((example for example in examples if _coordinates(kind, example) == _coordinates(None, before)), examples[0])


def _parts(value: Draft) -> list[Draft]:
    """What a composed description is made from."""
    of = value.get("of")
    parts = of if isinstance(of, list | tuple) else [of]
    return [part for part in parts if isinstance(part, dict)]


def _around(kind: type[Kind], example: Draft, before: Draft) -> Draft | None:
    """A kind's example around what it replaces; None where it is made from nothing of that family."""
    info = kind.model_fields.get("of")
    if info is None or "of" in before:
        return None
    listed = [item for args in get_args(info.annotation) for item in getattr(args, "__metadata__", ())]
    family = next((item for item in [*info.metadata, *listed] if isinstance(item, Family)), None)
    if family is None or before.get("kind") not in family.kinds:
        return None
    around = {**example, "of": [before, example["of"][-1]] if listed else before}
    return around if _is_valid(kind, around) else None


def _is_valid(kind: type[Kind], start: Draft) -> bool:
    try:
        kind.model_validate({"kind": kind.kind_name(), **start})
    except ValueError:
        return False
    return True


def _coordinates(kind: type[Kind] | None, value: Draft | None) -> int | None:
    """Of a target, from the points or means that it lists; PLANE where it lists none."""
    if value is None or (kind is not None and not hasattr(kind, "coordinates")):
        return None
    listed = value.get("points") or [item.get("mean") for item in value.get("components") or [] if isinstance(item, dict)]
    first = next(iter(listed), None)
    return len(first) if isinstance(first, list | tuple) else PLANE
