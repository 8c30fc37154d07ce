"""How a text file writes its numbers, told from its first lines: what stands between columns, the decimal sign, names."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gdviz.errors import GdvizError, listed
from gdviz.family import shown

MAX_COLUMNS = 100_000
"""Of a line; what follows stays in one piece, which is no number."""

BETWEEN = {";": "semicolons", "\t": "tabs", "|": "bars", None: "blanks"}

_QUOTED = re.compile(r'"[^"]*"')
_BLANKS = re.compile(r"[\w.] +[-+.\w]")
_BARE_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?", re.IGNORECASE)
_WHOLE = re.compile(r"[-+]?\d+")
_MISSING = {"", "na", "n/a", "null", "none", "-", "?"}


@dataclass(frozen=True)
class Dialect:
    """How numbers are written.

    Attributes
    ----------
    delimiter : str or None
        Stands between columns; None for blanks, empty for a single column.
    comma : bool
        Whether the decimal sign is a comma.
    names : tuple of str or None
        What the first line calls the columns; None where it is a sample.
    remarks : tuple of str
        What was recognised, a sentence each.
    """

    delimiter: str | None
    comma: bool = False
    names: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()

    def cells(self, line: str) -> list[str]:
        """The columns of a line, without quotes."""
        if '"' in line:
            between = {None: " ", "": "\0"}.get(self.delimiter, self.delimiter)
            text = " ".join(line.split()) if self.delimiter is None else line
            try:
                return next(csv.reader([text], delimiter=between or ",", skipinitialspace=True), [])
            except csv.Error:
                return [line]
        return [line] if self.delimiter == "" else line.split(self.delimiter, MAX_COLUMNS)

    def point(self, cell: str) -> str:
        """The cell with a decimal point."""
        return cell.replace(",", ".") if self.comma else cell


def dialect_of(name: str, head: Sequence[str]) -> Dialect:
    """What the first lines of a file say of the way it is written.

    Parameters
    ----------
    name : str
        Of the file.
    head : sequence of str
        Its first lines, at least one, none of them blank, with plain minus signs.

    Raises
    ------
    GdvizError
        Where a comma may be a decimal sign or stand between columns.
    """
    body = head[1:] or head
    delimiter = _delimiter(body if len(body) > 1 else head)
    plain = Dialect(delimiter)
    rows = [[cell.strip() for cell in plain.cells(line)] for line in body]
    comma = any(_DECIMAL_COMMA.fullmatch(cell) for row in rows for cell in row)
    first = [cell.strip() for cell in plain.cells(head[0])]
    if delimiter == "," and not comma:
        named = not any(map(is_number, first))
        _ask(name, body if named else head, first if named else None, rows if named else [first, *rows])
    remarks = [] if delimiter in (",", "") else [f"Columns are read between {BETWEEN[delimiter]}."]
    if comma:
        remarks.append("A comma is read as the decimal sign.")
    if any('"' in line for line in body):
        remarks.append("Numbers in quotes are read as numbers.")
    names, remark = _names(Dialect(delimiter, comma), first, rows if len(head) > 1 else [])
    return Dialect(delimiter, comma, names, (*remarks, *remark))


def _delimiter(lines: Sequence[str]) -> str | None:
    bare = [_QUOTED.sub("0", line).strip(" ") for line in lines]

    def most(holds: Sequence[bool]) -> bool:
        return 2 * sum(holds) >= len(bare)

    for sign in ";\t|":
        if most([sign in line for line in bare]):
            return sign
    blanks = most([_BLANKS.search(line) is not None for line in bare])
    if most(["," in line for line in bare]):
        return None if blanks and not any(_BARE_COMMA.search(line) for line in bare) else ","
    return None if blanks else ""


def _ask(name: str, lines: Sequence[str], names: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> None:
    """Refuse whole numbers in pairs whose second never has a sign: they look like decimal commas."""
    pairs = len(rows[0])
    if pairs not in (2, 4, 6, 8) or any(len(row) != pairs or not all(map(_WHOLE.fullmatch, row)) for row in rows):
        return
    ends = [cell for row in rows for cell in row[1::2]]
    if not all(cell.isdigit() for cell in ends) or any(", " in line for line in lines):
        return
    if (names is not None and len(names) == pairs) or (pairs > 2 and not any(len(cell) > 1 and cell[0] == "0" for cell in ends)):
        return
    raise GdvizError(
        f"{name}: found lines such as {shown(lines[0].strip(), 40)}: is the comma a decimal sign, or does it stand between "
        "columns of whole numbers? Write decimal points, or semicolons between columns; or name the columns in a first line, x,y."
    )


def _names(dialect: Dialect, first: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...] | None, list[str]]:
    """The first line, where it is names, and what to say of it."""
    numbers = [is_number(dialect.point(cell)) for cell in first]
    if all(cell.lower() in _MISSING for cell in first):
        return None, []
    if any(numbers):
        known = [cell for cell, number in zip(first, numbers, strict=True) if number]
        if not _counting(known) or not (all(numbers) or numbers.index(True) == len(first) - len(known) == 1):
            return None, []  # a sample, or one that is told as wrong
        counts = len(rows) > 1 and len(rows[0]) > 1 and _counting([row[0] for row in rows if row])
        whole = [all(map(_WHOLE.fullmatch, row[counts:])) for row in rows]
        fractions = [any(not _WHOLE.fullmatch(cell) for cell in row[counts:]) for row in rows]
        if all(numbers) and not (rows and all(fractions) and not any(map(_WHOLE.fullmatch, _flat(rows, counts)))):
            doubt = f"The first line, {', '.join(first)}, is read as a sample, not as names."
            return None, [doubt] if rows and not any(whole) else []
    return tuple(first), [f"The first line is read as names: {listed((shown(cell, 40)[1:-1] for cell in first), room=120)}."]


def _flat(rows: Sequence[Sequence[str]], start: int) -> list[str]:
    return [cell for row in rows for cell in row[start:]]


def _counting(cells: Sequence[str]) -> bool:
    """Whether cells are 0, 1, 2, ... or 1, 2, 3, ..."""
    return any(list(cells) == [str(k + start) for k in range(len(cells))] for start in (0, 1))


def is_number(cell: str) -> bool:
    """Whether a cell is a number as Python writes it, without underscores."""
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell
