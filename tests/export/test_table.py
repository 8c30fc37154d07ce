"""Rows as CSV and LaTeX: every number, in its place, in full."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import fields, replace

import pytest
from experiments import changed
from records import filled

from gdviz import run
from gdviz.export.table import COLUMNS, DISTANCE, PARTS, to_csv, to_latex
from gdviz.metrics.distances import Distance
from gdviz.metrics.populations import PopulationRow


@pytest.fixture(scope="module")
def rows():
    first, *others = run(changed("w", [0, 1, -0.5])).rows
    return (replace(first, populations=filled(PopulationRow)), *others)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_holds_every_number_of_every_row(rows):
    lines = read(to_csv(rows))
    assert len(lines) == len(rows) == 3
    for line, row in zip(lines, rows, strict=True):
        assert None not in line and None not in line.values(), "as many cells as headings"
        for name in COLUMNS:
            assert line[name] == "" if getattr(row, name) is None else float(line[name]) == getattr(row, name)
        for field, parts in PARTS.items():
            for part in parts:
                value = None if getattr(row, field) is None else getattr(getattr(row, field), part)
                assert line[f"{field}_{part}"] == ("" if value is None else str(value))
        for distance in row.distances:
            for part in DISTANCE:
                cell, value = line[f"{distance.to}_{part}"], getattr(distance, part)
                assert cell == "" if value is None else float(cell) == value


def test_csv_leaves_out_nothing(rows):
    """A field that a row gains must be told here too."""
    assert set(names(rows[0])) - {*PARTS, "distances"} == set(COLUMNS)
    for field, parts in PARTS.items():
        assert any(getattr(row, field) for row in rows), "the case shows it"
        assert all(set(names(getattr(row, field)) or parts) == set(parts) for row in rows)
    assert set(names(rows[0].distances[0])) == {"to", *DISTANCE}


def names(record) -> list[str]:
    return [] if record is None else [field.name for field in fields(record)]


def test_a_goal_that_only_some_rows_have_is_empty_in_the_others(rows):
    one = replace(rows[0], distances=())
    other = replace(rows[1], distances=(filled(Distance, to="tilted", energy_distance=0.5, floor=0.1),))
    first, second = read(to_csv([one, other]))
    assert (first["tilted_energy_distance"], second["tilted_energy_distance"], second["tilted_se"]) == ("", "0.5", "")


def test_no_rows_are_a_heading_only():
    assert to_csv([]).startswith("w,particles,") and to_csv([]).count("\n") == 1


def test_latex_is_a_table_that_reads_back(rows):
    text = to_latex(rows, "p(b | x)")
    assert "\\begin{tabular}{rrrr}" in text and text.rstrip().endswith("\\end{tabular}")
    body = text.partition("\\midrule\n")[2].partition("\\bottomrule")[0]
    lines = [line.removesuffix(" \\\\").split(" & ") for line in body.strip().splitlines()]
    assert [float(cells[0]) for cells in lines] == [row.w for row in rows]
    for cells, row in zip(lines, rows, strict=True):
        assert len(cells) == 4
        assert reads_as(cells[1], row.mean_reward, row.se_reward)
        assert reads_as(cells[2], row.mean_reciprocal, row.se_reciprocal)
        assert reads_as(cells[3], row.improved, row.se_improved)


def reads_as(cell: str, value: float | None, se: float | None) -> bool:
    if value is None:
        return cell == "--"
    found = re.fullmatch(r"(-?[\d.]+)(?: \(([\d.]+)\))?", cell)
    assert found, cell
    return abs(float(found[1]) - value) <= 5e-5 and (se is None or abs(float(found[2]) - se) <= 5e-5)


@pytest.mark.parametrize(
    "label",
    ["a_b", "50%", "#1", "a&b", "$x$", "{", "}", "~", "^", "\\", "back\\slash{}", "Ω"],
    ids=lambda label: f"label {label}",
)
def test_latex_escapes_what_a_label_may_hold(rows, label):
    text = to_latex(rows, f"p({label} | x)")
    heading = text.splitlines()[3]
    bare = re.sub(r"\\(?:mid|backslash|sim) |\\hat\{\\ \}|\\[_%#&$\{\} ]|\\\\$", "", heading)
    assert not re.search(r"[_%#~^\\{}]", bare), heading
    assert bare.count("&") == 3, "a label makes no column"
    assert bare.count("$") == 6, "a label does not leave mathematics"
