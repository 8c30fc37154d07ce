"""Files as other programs write them: read, with what was recognised said, or refused in a sentence that names the remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdviz.errors import GdvizError
from gdviz.facts.judge import judge
from gdviz.own_data.files import parse_samples, read_samples
from gdviz.presets import load

CASES = Path(__file__).parents[1] / "data" / "cases"
TRUTH = np.load(CASES / "transposed.npy").T  # [300, 2], the points of every text file
NAMES = "The first line is read as names: "


@pytest.mark.parametrize(
    ("file", "remarks"),
    [
        ("numbered_header.csv", [NAMES + "0, 1."]),
        ("unicode_minus.csv", ["The sign − (U+2212) is read as a minus."]),
        ("unicode_minus_first_row.csv", ["The sign − (U+2212) is read as a minus."]),
        ("semicolon_point.csv", ["Columns are read between semicolons."]),
        (
            "semicolon_decimal_comma.csv",
            ["Columns are read between semicolons.", "A comma is read as the decimal sign.", NAMES + "x, y."],
        ),
        ("tabs.tsv", ["Columns are read between tabs.", NAMES + "x, y."]),
        ("utf16.csv", ["The text is read as UTF-16."]),
        ("index_column.csv", [NAMES + ", x, y.", "A counting first column, 0 to 299, is left out."]),
    ],
)
def test_every_row_is_read_and_what_was_recognised_is_said(file: str, remarks: list[str]) -> None:
    found = read_samples(CASES / file)
    np.testing.assert_allclose(found.x, TRUTH, atol=1e-6)
    assert list(found.remarks) == remarks


LINES = [f"{x:.3f},{y:.3f}" for x, y in TRUTH[:40]]


def text(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("plain.csv", text(LINES), ""),
        ("windows.csv", text(LINES).replace(b"\n", b"\r\n"), ""),
        ("bom.csv", b"\xef\xbb\xbf" + text(LINES), "byte order mark"),
        ("be.csv", text(LINES).decode().encode("utf-16-be"), "UTF-16"),
        ("utf32.csv", text(LINES).decode().encode("utf-32"), "UTF-32"),
        ("bars.txt", text([line.replace(",", " | ") for line in LINES]), "between bars"),
        ("aligned.txt", text([f"{a:>10} {b:>10}" for a, b in (line.split(",") for line in LINES)]), "between blanks"),
        ("blanks.txt", text([line.replace(",", " ").replace(".", ",") for line in LINES]), "decimal sign"),
        ("quotes.csv", text(['"' + line.replace(",", '","').replace(".", ",") + '"' for line in LINES]), "decimal sign"),
        ("quoted.csv", text(['"x","y"', *LINES]), "names: x, y"),
        ("savetxt.csv", text(["# x,y", *LINES]), "1 line that begins with # is left out"),
        ("excel.csv", text(["sep=;", *(line.replace(",", ";") for line in LINES)]), "The first line says"),
        ("gap.csv", text([*LINES[:3], "", *LINES[3:]]), "1 blank line is left out"),
        ("dash.csv", text(LINES).replace(b"-", "–".encode()), "(U+2013) is read as a minus"),
        ("ranges.csv", text(["V1,V2", *LINES]), "names: V1, V2"),
        ("from_one.csv", text(["1,2", *LINES]), "names: 1, 2"),
        ("pandas.csv", text([",0,1", *(f"{k},{line}" for k, line in enumerate(LINES))]), "A counting first column, 0 to 39"),
        ("later.csv", text([f"{k + 700},{line}" for k, line in enumerate(LINES)]), "A counting first column, 700 to 739"),
        ("drawn.csv", text([",x,y", *(f"{7 * k % 41},{line}" for k, line in enumerate(LINES))]), "named like an index"),
    ],
)
def test_siblings(name: str, data: bytes, said: str) -> None:
    found = parse_samples(name, data)
    np.testing.assert_allclose(found.x, TRUTH[:40], atol=6e-4)
    assert said in " ".join(found.remarks)
    assert bool(found.remarks) == bool(said)


def test_a_first_point_that_counts_is_a_point_where_others_are_whole_too() -> None:
    found = parse_samples("a.csv", b"0,1\n3,4.5\n2,5.5\n1.5,1\n")
    assert len(found.x) == 4 and found.remarks == ("The first line, 0, 1, is read as a sample, not as names.",)
    assert parse_samples("a.csv", b"x,y\n0,1\n3,4\n").x.tolist() == [[0, 1], [3, 4]]
    assert parse_samples("a.csv", b"0, 1\n3, 4\n").x.tolist() == [[0, 1], [3, 4]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ((CASES / "one_column_decimal_comma.csv").read_bytes(), "is the comma a decimal sign"),
        (b"-1,5,2,067\n3,25,0,5\n", "is the comma a decimal sign"),
        (b"1.5,2\n1,\n", "row 2 of the file, column 2: found nothing"),
        (b"1.5,NA\n1,2\n", "row 1 of the file, column 2: found 'NA'"),
        (b"NA,NA\n1.5,2\n", "row 1 of the file, column 1: found 'NA'"),
        (b"1_0.5,2\n1,2\n", "column 1: found '1_0.5'"),
        (b"1,5;2.5\n1,5;2,5\n", "found '2.5', where others have a decimal comma"),
        (b"1.234,5;2\n1,5;2,5\n", "column 1: found '1.234,5'"),
        (b"x,y\n", "found no numbers"),
        (b"x\n1,5\n", "is the comma a decimal sign"),
    ],
)
def test_what_cannot_be_told_is_asked_or_refused(data: bytes, words: str) -> None:
    with pytest.raises(GdvizError) as refused:
        parse_samples("a.csv", data)
    assert words in str(refused.value) and len(str(refused.value)) < 500


# ---------------------------------------------------------------------- judged
@pytest.fixture(scope="module")
def experiment():
    return load("surrounded-class").experiment


def test_copies_are_mentioned_and_widen_the_bars(experiment) -> None:
    found = judge(read_samples(CASES / "thirty_distinct_rows.npy"), experiment)
    assert found.remarks[0].startswith("300 rows hold 30 distinct points; standard errors are of 30")
    x = np.load(CASES / "thirty_distinct_rows.npy")
    from gdviz.laws import Mixture

    law = experiment.target.build()
    assert isinstance(law, Mixture)
    import torch

    r = law.log_posterior("b")(torch.from_numpy(x.astype(np.float64))).exp().numpy()  # [300]
    assert found.se_reward == pytest.approx(r.std(ddof=1) / np.sqrt(30), rel=1e-6)
    assert judge(read_samples(CASES / "numbered_header.csv"), experiment).remarks == (NAMES + "0, 1.",)


def test_a_transposed_array_is_told_to_be_transposed(experiment) -> None:
    for file in (CASES / "transposed.npy",):
        with pytest.raises(GdvizError, match="transpose"):
            judge(read_samples(file), experiment)
        with pytest.raises(GdvizError, match="transpose"):
            judge(read_samples(file), load("figure-1").experiment)
