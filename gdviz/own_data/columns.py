"""Which columns of a table are coordinates, which one holds labels and which one weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gdviz.errors import GdvizError, listed
from gdviz.family import shown
from gdviz.own_data.dialect import Dialect, is_number
from gdviz.targets import MAX_DIMENSION

LABEL_NAMES = {"label", "labels", "class", "category", "cluster", "species", "target"}
WEIGHT_NAMES = {"weight", "weights"}

MAX_COLUMNS = 1000
"""Of a file, from which coordinates may be picked by name."""


@dataclass(frozen=True)
class Columns:
    """Places of columns, counted from 0.

    Attributes
    ----------
    coordinates : tuple of int
    label, weight : int or None
    coordinate_names : tuple of str or None
    remarks : tuple of str
        What was decided without being told, a sentence each.
    """

    coordinates: tuple[int, ...]
    label: int | None = None
    weight: int | None = None
    coordinate_names: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The columns that hold numbers: the coordinates, then the weight."""
        return self.coordinates if self.weight is None else (*self.coordinates, self.weight)


def column_names(text: str) -> list[str]:
    """Columns with commas between, as a reader types them."""
    return [name for name in text.split(",") if name.strip()]


def columns_of(
    name: str,
    dialect: Dialect,
    head: Sequence[Sequence[str]],
    label: str | None = None,
    weight: str | None = None,
    coordinates: Sequence[str] = (),
) -> Columns:
    """What the columns are, by what was asked for, else by the first line's names and by what the first rows hold.

    Parameters
    ----------
    name : str
        Of the file.
    dialect : Dialect
    head : sequence of sequence of str
        The cells of the first rows.
    label, weight : str, optional
        A name or a number that counts from 1.
    coordinates : sequence of str
        The same; empty for every column of numbers that is nothing else.

    Raises
    ------
    GdvizError
        If a column is not there, several hold text, or none is left for coordinates.
    """
    if not head:
        raise GdvizError(f"{name}: found no rows; a file holds one point a row.")
    if len(head[0]) > MAX_COLUMNS:
        raise GdvizError(f"{name}: found {len(head[0]):,} columns; at most {MAX_COLUMNS:,} are read.")
    width, names = len(head[0]), dialect.names if dialect.names and len(dialect.names) == len(head[0]) else None
    chosen = tuple(_place(name, wanted, width, names) for wanted in coordinates)
    label_at = None if label is None else _place(name, label, width, names)
    weight_at = None if weight is None else _place(name, weight, width, names)
    text = [k for k in range(width) if _holds_text(dialect, head, k)]
    remarks: list[str] = []
    if label is None:
        free = [k for k in range(width) if k not in chosen and k != weight_at]
        by_name = [k for k in free if names and names[k].lower() in LABEL_NAMES]
        candidates = [k for k in free if k in text] or by_name
        if len(candidates) == 1:
            label_at = candidates[0]
            remarks.append(f"{_called(label_at, names)} is read as labels.")
        elif len(candidates) > 1 and not chosen:
            said = listed(_called(k, names, "column") for k in candidates)
            raise GdvizError(f"{name}: found text in {said}; name the one that holds labels, and the columns of coordinates.")
    if weight is None and names:
        by_name = [k for k in range(width) if names[k].lower() in WEIGHT_NAMES and k != label_at and k not in chosen]
        if len(by_name) == 1:
            weight_at = by_name[0]
            remarks.append(f"{_called(weight_at, names)} is read as weights.")
    places = chosen or tuple(k for k in range(width) if k not in (label_at, weight_at))
    twice = [k for k in places if k in (label_at, weight_at) or places.count(k) > 1]
    if twice or (label_at is not None and label_at == weight_at):
        at = twice[0] if twice else label_at
        assert at is not None
        raise GdvizError(f"{name}: found {_called(at, names, 'column')} asked for twice; a column is one thing.")
    if not places or len(places) > MAX_DIMENSION:
        raise GdvizError(f"{name}: found {len(places)} columns of coordinates; 1 to {MAX_DIMENSION} are allowed.")
    left = [k for k in range(width) if k not in (*places, label_at, weight_at)]
    if left:
        remarks.append(f"Left out: {listed(_called(k, names, 'column') for k in left)}.")
    return Columns(places, label_at, weight_at, tuple(names[k] for k in places) if names else None, tuple(remarks))


def _holds_text(dialect: Dialect, head: Sequence[Sequence[str]], k: int) -> bool:
    """Whether most cells of a column are no numbers; empty ones say nothing."""
    cells = [cell for row in head if len(row) > k and (cell := row[k].strip())]
    return 2 * sum(is_number(dialect.point(cell)) for cell in cells) < len(cells)


def _place(name: str, wanted: str, width: int, names: Sequence[str] | None) -> int:
    """Where a column is that was asked for by its name or its number."""
    wanted = wanted.strip()
    called = [cell.strip().lower() for cell in names or ()]
    if wanted.lower() in called:
        return called.index(wanted.lower())
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= width:
        return int(wanted) - 1
    known = f"{listed(shown(cell, 40)[1:-1] for cell in names)}, or " if names else ""
    raise GdvizError(f"{name}: found no column {shown(wanted, 40)}; there are {known}1 to {width}.")


def _called(k: int, names: Sequence[str] | None, column: str = "Column") -> str:
    return f"{column} {k + 1}{f' ({shown(names[k], 40)[1:-1]})' if names else ''}"
