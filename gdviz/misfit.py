"""Where in an Experiment a part is that does not fit the others: the part itself knows its field and no more."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from pydantic import BaseModel

from gdviz.errors import GdvizError

_FIELD = re.compile(r"([a-z_]+)(?=: | column )")


@contextlib.contextmanager
def placed(name: str, part: BaseModel) -> Iterator[None]:
    """Refusals inside name their field from the top: ``label: found ..`` becomes ``guidance.label: found ..``.

    Parameters
    ----------
    name : str
        Of the part in the Experiment.
    part : BaseModel
        It, with its parts. A field that several of them have is left as it is.
    """
    try:
        yield
    except GdvizError as error:
        said = str(error)
        field = _FIELD.match(said)
        places = [] if field is None else list(_places(part, name, field[1]))
        if field is None or len(places) != 1:
            raise
        raise GdvizError(places[0] + said[field.end() :]) from None


def _places(part: BaseModel, place: str, field: str) -> Iterator[str]:
    """Every place of a field in a part and its parts."""
    if field in type(part).model_fields:
        yield f"{place}.{field}"
    for name in type(part).model_fields:
        value = getattr(part, name)
        inner = enumerate(value) if isinstance(value, tuple) else [(None, value)]
        for number, each in inner:
            if isinstance(each, BaseModel):
                yield from _places(each, f"{place}.{name}" + ("" if number is None else f".{number}"), field)
