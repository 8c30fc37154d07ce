"""Points of one's own, with a label and a weight where a file has them; every row that cannot be read is named."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdviz.errors import GdvizError, listed
from gdviz.family import shown
from gdviz.own_data.columns import Columns, columns_of
from gdviz.own_data.dialect import Dialect, is_number
from gdviz.own_data.files import TEXT, bytes_of, counted, parse_samples
from gdviz.own_data.text import text_table

MAX_FILE = 64 << 20
"""Bytes of a file."""

MAX_ROWS = 1_000_000
LARGEST = 1e6
"""A target's coordinates are not larger."""

NAMED_ROWS = 4
"""Bad rows that are told one by one; the rest are counted."""

ENDINGS = (*TEXT, ".json", ".npy", ".npz")

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OwnPoints:
    """Points and what is known of each.

    Attributes
    ----------
    x : ndarray, shape [n, d]
    labels : tuple of str or None, length n, or None
        None where no column holds labels, and for a row without one.
    weights : ndarray, shape [n], or None
        Positive; None where every point counts the same.
    remarks : tuple of str
        What was recognised or left out, a sentence each.
    """

    x: Array
    labels: tuple[str | None, ...] | None = None
    weights: Array | None = None
    remarks: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """How many points, in how many dimensions, with which labels, in one sentence."""
        n, d = self.x.shape
        where = "on a line" if d == 1 else f"in {d} dimensions"
        said = f"{n:,} {'point' if n == 1 else 'points'} {where}"
        if self.labels is not None:
            counts = Counter("no label" if label is None else shown(label, 40)[1:-1] for label in self.labels)
            said += f"; {listed((f'{label}: {count:,}' for label, count in counts.items()), len(counts))}"
        return f"{said}{'' if self.weights is None else '; each with a weight'}."


def read_points(path: Path, label: str | None = None, weight: str | None = None, coordinates: Sequence[str] = ()) -> OwnPoints:
    """Points from a file. Arguments and errors as for `parse_points`."""
    return parse_points(path.name, bytes_of(path, MAX_FILE, ENDINGS), label, weight, coordinates)


def parse_points(
    name: str, data: bytes, label: str | None = None, weight: str | None = None, coordinates: Sequence[str] = ()
) -> OwnPoints:
    """Points from a file's name and bytes: text or JSON with a row a point, or an array [n, d].

    JSON is a list of numbers, of lists, or of objects with the same keys. Without being told, the one column of text is read
    as labels, and columns called label and weight are what they say.

    Parameters
    ----------
    name : str
        Its ending says how to read the bytes.
    data : bytes
    label, weight : str, optional
        The columns that hold them: a name of the first line, or a number that counts from 1.
    coordinates : sequence of str
        The columns of x; by default all other columns of numbers.

    Raises
    ------
    GdvizError
        If the file is too large or damaged, a column is not there, or rows cannot be read; those are named.
    """
    if len(data) > MAX_FILE:
        raise GdvizError(f"{name}: found more than {MAX_FILE:,} bytes; a file of points has at most so many.")
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise GdvizError(f"{name}: found the ending {shown(ending)}; allowed: {', '.join(ENDINGS)}.")
    if ending in TEXT:
        table = text_table(name, data)
        columns = columns_of(name, table.dialect, table.head(), label, weight, coordinates)
        read = _read(name, "row", table.rows, columns, table.dialect)
        return _without_count(read, columns, [*table.remarks(), *columns.remarks], bool(coordinates))
    if ending == ".json":
        names, rows = _json_rows(name, data)
        plain = Dialect(",", names=names)
        columns = columns_of(name, plain, [cells for _, cells in rows[:200]], label, weight, coordinates)
        return _without_count(_read(name, "entry", rows, columns, plain), columns, list(columns.remarks), bool(coordinates))
    if label is not None or weight is not None or coordinates:
        raise GdvizError(f"{name}: found an array, whose columns have no names; labels and weights are read from text and JSON.")
    samples = parse_samples(name, data)
    _bounded(name, samples.x)
    return OwnPoints(samples.x, remarks=samples.remarks)


def _read(name: str, called: str, rows: Iterable[tuple[int, list[str]]], columns: Columns, dialect: Dialect) -> OwnPoints:
    """The numbers, labels and weights of rows; all rows are looked at before one is refused."""
    values, weights, labels = array("d"), array("d"), list[str | None]()
    known: dict[str, str] = {}
    wrong: list[str] = []
    count = bad = 0
    for row, cells in rows:
        count += 1
        if count > MAX_ROWS:
            raise GdvizError(f"{name}: found more than {MAX_ROWS:,} rows; at most so many are read.")
        numbers = [_number(dialect.point(cells[k].strip())) for k in columns.numbers]
        if None in numbers:
            bad += 1
            if bad <= NAMED_ROWS:
                k = columns.numbers[numbers.index(None)]
                wrong.append(f"{called} {row}, column {k + 1}: {shown(cells[k].strip(), 24) if cells[k].strip() else 'nothing'}")
            continue
        values.extend(numbers[: len(columns.coordinates)])  # type: ignore[arg-type]  # none is None
        if columns.weight is not None:
            weights.append(numbers[-1])  # type: ignore[arg-type]
        if columns.label is not None:
            label = cells[columns.label].strip()
            labels.append(known.setdefault(label, label) if label else None)
    if bad:
        more = f" and {bad - len(wrong):,} more" if bad > len(wrong) else ""
        where = f"{', '.join(wrong)}{more}"
        raise GdvizError(f"{name}: found no number, or one beyond {LARGEST:,.0f}, in {where}; mend or remove such rows.")
    if not values:
        raise GdvizError(f"{name}: found no rows; a file holds one point a row.")
    x = np.frombuffer(values, np.float64).reshape(-1, len(columns.coordinates))  # [n, d]
    of_weights = np.frombuffer(weights, np.float64) if columns.weight is not None else None  # [n]
    if of_weights is not None and (of_weights <= 0).any():
        first = int(np.argmax(of_weights <= 0))
        raise GdvizError(f"{name}: found the weight {of_weights[first]:.4g} of point {first + 1}; weights are positive.")
    return OwnPoints(x, tuple(labels) if columns.label is not None else None, of_weights)


def _number(cell: str) -> float | None:
    """A coordinate; None for what is none."""
    if not is_number(cell):
        return None
    value = float(cell)
    return value if abs(value) <= LARGEST else None  # NaN is not


def _without_count(read: OwnPoints, columns: Columns, remarks: list[str], chosen: bool) -> OwnPoints:
    """Without a first column that numbers the rows, unless it was asked for."""
    remark = None if chosen else counted(read.x, columns.coordinate_names)
    return OwnPoints(
        read.x if remark is None else read.x[:, 1:], read.labels, read.weights, (*remarks, *([] if remark is None else [remark]))
    )


def _bounded(name: str, x: Array) -> None:
    bad = ~(np.abs(x) <= LARGEST).all(1)  # [n]
    if bad.any():
        first = int(np.argmax(bad))
        raise GdvizError(
            f"{name}: found {int(bad.sum()):,} points with a coordinate that is not finite or beyond {LARGEST:,.0f}, "
            f"the first in row {first + 1}; mend or remove them."
        )


def _json_rows(name: str, data: bytes) -> tuple[tuple[str, ...] | None, list[tuple[int, list[str]]]]:
    """The names of the columns and the cells of each entry."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise GdvizError(f"{name}: found no JSON ({type(error).__name__}); a list of points is required.") from None
    if not isinstance(value, list) or not value:
        what = "an object" if isinstance(value, dict) else "no list, or an empty one"
        raise GdvizError(f"{name}: found {what}; a list of points is required, each [x, y] or an object with the same keys.")
    if isinstance(value[0], dict):
        keys = tuple(value[0])
        rows = [_cells(name, k, [entry[key] for key in keys] if _has(entry, keys) else None) for k, entry in enumerate(value, 1)]
        return tuple(map(str, keys)), list(enumerate(rows, 1))
    width = len(value[0]) if isinstance(value[0], list) else 0
    if width:
        rows = [_cells(name, k, entry if _is_row(entry, width) else None) for k, entry in enumerate(value, 1)]
    else:
        rows = [_cells(name, k, [entry]) for k, entry in enumerate(value, 1)]
    return None, list(enumerate(rows, 1))


def _has(entry: Any, keys: tuple[str, ...]) -> bool:
    return isinstance(entry, dict) and set(entry) == set(keys)


def _is_row(entry: Any, width: int) -> bool:
    return isinstance(entry, list) and len(entry) == width


def _cells(name: str, entry: int, values: Sequence[Any] | None) -> list[str]:
    if values is None:
        raise GdvizError(f"{name}: entry {entry}: found another form than that of the first; all entries have the same.")
    if any(isinstance(value, list | dict) for value in values):
        raise GdvizError(f"{name}: entry {entry}: found a list or an object inside; a point has numbers and a label.")
    return ["" if value is None else repr(value) if isinstance(value, float) else str(value) for value in values]
