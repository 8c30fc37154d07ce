"""Samples as text: any encoding with a mark, any usual sign between columns; what was recognised is said."""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from gdviz.errors import GdvizError
from gdviz.family import shown
from gdviz.own_data.arrays import MAX_VALUES
from gdviz.own_data.dialect import Dialect, dialect_of, is_number

MAX_LINE = 1 << 20
"""Characters of a line."""

HEAD = 200
"""Lines that tell how the file is written."""

MINUS = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"), "-")
"""Signs that are printed for a minus, the typographic one first."""

_MARKS = (  # the longer first: UTF-32's mark begins with that of UTF-16
    (b"\xff\xfe\0\0", "utf-32", "UTF-32"),
    (b"\0\0\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8 with a byte order mark"),
)


def read_text(name: str, data: bytes) -> tuple[NDArray[np.float64], tuple[str, ...] | None, list[str]]:
    """Numbers [n, d] of a text file, the names of its columns if it has some, and what was recognised.

    Raises
    ------
    GdvizError
        In one sentence that names the row and the column, where something is not a number.
    """
    table = text_table(name, data)
    values: array[float] = array("d")
    width = 0
    for row, cells in table.rows:
        width = len(cells)
        values.extend(_numbers(name, row, cells, table.dialect))
        if len(values) > MAX_VALUES:
            raise GdvizError(f"{name}: found more than {MAX_VALUES:,} numbers; at most so many are read.")
    if not values:
        raise GdvizError(f"{name}: found no numbers; a text file holds one sample a line.")
    return np.frombuffer(values, np.float64).reshape(-1, width), table.dialect.names, table.remarks()


@dataclass(frozen=True, eq=False)
class TextTable:
    """A text file as rows of cells.

    Attributes
    ----------
    dialect : Dialect
    rows : iterator of (int, list of str)
        The place of each row in the file and its cells, all of the same number; a line at a time is held.
    """

    dialect: Dialect
    rows: Iterator[tuple[int, list[str]]]
    _first_lines: list[str]
    _before: list[str]
    _told: list[str]

    def head(self) -> list[list[str]]:
        """The cells of the first rows, for a look at what the columns hold."""
        return [self.dialect.cells(line) for line in self._first_lines]

    def remarks(self) -> list[str]:
        """What was recognised and left out, a sentence each; whole once the rows have been read."""
        return [*self._before, *self.dialect.remarks, *self._told]


def text_table(name: str, data: bytes) -> TextTable:
    """A text file as rows of cells, whatever they hold.

    Raises
    ------
    GdvizError
        If it is no text, or, while the rows are read, where one has more or fewer columns than those above.
    """
    encoding, before = _encoding(data)
    head = [line.translate(MINUS) for _, line in islice(_lines(name, data, encoding, []), HEAD)]
    dialect = dialect_of(name, head) if head else Dialect(",")
    told: list[str] = []
    first_lines = head if dialect.names is None else head[1:]
    return TextTable(dialect, _rows(name, data, encoding, dialect, told), first_lines, before, told)


def _rows(name: str, data: bytes, encoding: str, dialect: Dialect, told: list[str]) -> Iterator[tuple[int, list[str]]]:
    width = signs = 0
    named = dialect.names is not None
    for row, line in _lines(name, data, encoding, told):
        if named:
            named = False
            continue
        if not line.isascii() and (plain := line.translate(MINUS)) != line:
            sign = next(letter for letter in line if ord(letter) in MINUS)
            line, signs = plain, signs or ord(sign)
        cells = dialect.cells(line)
        width = width or len(cells)
        if len(cells) != width:
            raise GdvizError(f"{name}: row {row} of the file: found {len(cells)} columns; the rows above have {width}.")
        yield row, cells
    if signs:
        told.append(f"The sign {chr(signs)} (U+{signs:04X}) is read as a minus.")


def _encoding(data: bytes) -> tuple[str, list[str]]:
    """By the mark at the beginning; without one, UTF-16 by its zeros."""
    for mark, encoding, called in _MARKS:
        if data.startswith(mark):
            return encoding, [f"The text is read as {called}."]
    even, odd = (data[start:400:2] for start in (0, 1))
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros and 2 * zeros.count(0) > len(zeros) and not others.count(0):
            return encoding, ["The text is read as UTF-16."]
    return "utf-8", []


def _lines(name: str, data: bytes, encoding: str, told: list[str]) -> Iterator[tuple[int, str]]:
    """Lines that hold something, with their place in the file; what is left out is told at the end. A line at a time is held."""
    row = comments = blank = gaps = 0
    file = io.TextIOWrapper(io.BytesIO(data), encoding)
    try:
        while line := file.readline(MAX_LINE):
            row += 1
            if len(line) == MAX_LINE:
                raise GdvizError(f"{name}: row {row} of the file: found more than {MAX_LINE:,} characters; a row is one sample.")
            line = line.rstrip("\n").strip(" ")
            if not line.strip():
                blank += 1
            elif line.startswith("#"):
                comments += 1
            elif row == 1 and line.lower().startswith("sep=") and len(line) <= 5:
                told.append("The first line says what stands between columns.")
            else:
                gaps, blank = gaps + blank, 0
                yield row, line
    except UnicodeError:
        raise GdvizError(
            f"{name}: found bytes after row {row} that are not text in {encoding.upper()}; save the file as UTF-8."
        ) from None
    for count, what in ((comments, "line that begins with #"), (gaps, "blank line")):
        if count:
            many = what.replace("line", "lines").replace("begins", "begin") if count > 1 else what
            told.append(f"{count:,} {many} {'are' if count > 1 else 'is'} left out.")


def _numbers(name: str, row: int, cells: list[str], dialect: Dialect) -> list[float]:
    """The numbers of a row."""
    try:
        if dialect.comma or "_" in "".join(cells):
            raise ValueError("looked at one by one")
        return [float(cell) for cell in cells]
    except ValueError:
        pass
    for column, cell in enumerate(cells, 1):
        where = f"{name}: row {row} of the file, column {column}"
        if dialect.comma and "." in cell and is_number(cell):
            raise GdvizError(f"{where}: found {shown(cell.strip(), 40)}, where others have a decimal comma; write one way.")
        if not is_number(dialect.point(cell)):
            written = shown(cell.strip(), 40) if cell.strip() else "nothing"
            raise GdvizError(f"{where}: found {written}; a number is required.")
    return [float(dialect.point(cell)) for cell in cells]
