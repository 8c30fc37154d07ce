"""Points of one's own: columns, labels, weights, and what is refused with its place."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.errors import GdvizError
from gdviz.own_data import fitted, parse_points, standardised, thinned, with_points
from gdviz.own_data.points import MAX_FILE, OwnPoints

TABLE = "x;y;Sorte;Gewicht\n0,5;−1;rot;1\n-0,25;2e-1;blau;2\n3;4;rot;0,5\n"


def test_everything_at_once():
    """Semicolons, decimal commas, a typographic minus, names, labels by their text and weights by name."""
    points = parse_points("a.csv", TABLE.encode("utf-16"), weight="gewicht")
    assert points.x.tolist() == [[0.5, -1], [-0.25, 0.2], [3, 4]]
    assert points.labels == ("rot", "blau", "rot") and points.weights.tolist() == [1, 2, 0.5]
    said = " ".join(points.remarks)
    for words in ("UTF-16", "semicolons", "decimal sign", "names: x, y, Sorte, Gewicht", "3 (Sorte) is read as labels", "minus"):
        assert words in said
    assert points.summary == "3 points in 2 dimensions; rot: 2, blau: 1; each with a weight."


@pytest.mark.parametrize(
    ("text", "x", "labels"),
    [
        ("1.5,2\n2,3\n", [[1.5, 2], [2, 3]], None),
        ("a 1.5\nb 2\n", [[1.5], [2]], ("a", "b")),
        ("x,label\n1.5,0\n2.5,1\n", [[1.5], [2.5]], ("0", "1")),
        ("x,weight\n1.5,3\n2.5,1\n", [[1.5], [2.5]], None),
        ("x,class\n1.5,\n2.5,b\n", [[1.5], [2.5]], (None, "b")),
        ("id,x,y\n1,.5,.25\n2,.75,1.5\n", [[0.5, 0.25], [0.75, 1.5]], None),
    ],
)
def test_columns_are_recognised(text, x, labels):
    points = parse_points("a.csv", text.encode())
    assert points.x.tolist() == x and points.labels == labels


def test_columns_can_be_asked_for():
    text = b"id,x,y,kind,other\n1,.5,.25,a,p\n2,.75,1.5,b,q\n"
    with pytest.raises(GdvizError, match=r"text in column 4 \(kind\), column 5 \(other\); name the one"):
        parse_points("a.csv", text)
    points = parse_points("a.csv", text, label="kind", coordinates=["y", "2"])
    assert points.x.tolist() == [[0.25, 0.5], [1.5, 0.75]] and points.labels == ("a", "b")
    assert "Left out: column 1 (id), column 5 (other)." in points.remarks
    assert parse_points("a.csv", text, label="5", coordinates=["id"]).x.tolist() == [[1], [2]], "a count that was asked for stays"
    for arguments, said in (
        ({"label": "sort"}, "found no column 'sort'; there are id, x, y, kind, other, or 1 to 5"),
        ({"label": "6"}, "found no column '6'"),
        ({"label": "x", "coordinates": ["x"]}, "column 2 (x) asked for twice"),
        ({"label": "x", "weight": "x", "coordinates": ["y"]}, "column 2 (x) asked for twice"),
    ):
        with pytest.raises(GdvizError) as refused:
            parse_points("a.csv", text, **arguments)
        assert said in str(refused.value)


def test_every_bad_row_is_named_or_counted():
    rows = [f"{k}.5,1" for k in range(20)]
    rows[3], rows[7] = "n/a,1", "2.5,"
    with pytest.raises(GdvizError) as refused:
        parse_points("a.csv", "\n".join(rows).encode())
    assert "row 4, column 1: 'n/a', row 8, column 2: nothing; mend" in str(refused.value)
    with pytest.raises(GdvizError, match=r"row 154, column 2: 'nan' and 96 more; mend"):
        parse_points("a.csv", ("1.5,2\n" * 150 + "1.5,nan\n" * 100).encode())
    with pytest.raises(GdvizError, match="beyond 1,000,000, in row 1, column 2: '1e7'"):
        parse_points("a.csv", b"1.5,1e7\n2,3.5\n")
    with pytest.raises(GdvizError, match="the weight 0 of point 2; weights are positive"):
        parse_points("a.csv", b"x,weight\n1.5,3\n2.5,0\n")
    with pytest.raises(GdvizError, match="row 2 of the file: found 1 columns; the rows above have 2"):
        parse_points("a.csv", b"1.5,2\n2\n")


def test_json_and_arrays_say_the_same_as_text():
    x = [[0.5, -1.0], [2.0, 3.0]]
    buffer = io.BytesIO()
    np.save(buffer, np.array(x, np.float32))
    objects = [{"x": a, "y": b, "label": name} for (a, b), name in zip(x, "pq", strict=True)]
    assert parse_points("a.json", json.dumps(x).encode()).x.tolist() == x == parse_points("a.npy", buffer.getvalue()).x.tolist()
    named = parse_points("a.json", json.dumps(objects).encode())
    assert named.x.tolist() == x and named.labels == ("p", "q")
    assert parse_points("a.json", b"[1, 2.5]").x.tolist() == [[1], [2.5]]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{}", "found an object; a list of points is required"),
        (b"[]", "an empty one"),
        (b"[" * 100_000, "found no JSON"),
        (b"[[1, 2], [3]]", "entry 2: found another form"),
        (b'[{"x": 1}, {"y": 1}]', "entry 2: found another form"),
        (b'[{"x": [1]}]', "entry 1: found a list or an object inside"),
        (b"[[1, true], [2, 3], [3, 4.5]]", "entry 1, column 2: 'True'"),
        (b"[[1, 1e999]]", "entry 1, column 2: 'inf'"),
        (b"[1, NaN]", "entry 2, column 1: 'nan'"),
    ],
)
def test_other_json_is_refused_in_one_sentence(data, said):
    with pytest.raises(GdvizError) as refused:
        parse_points("a.json", data)
    assert said in str(refused.value)


def test_files_of_another_kind_or_size():
    with pytest.raises(GdvizError, match=r"the ending '\.xlsx'; allowed: \.csv"):
        parse_points("a.xlsx", b"")
    with pytest.raises(GdvizError, match="an array, whose columns have no names"):
        parse_points("a.npy", b"", label="x")
    with pytest.raises(GdvizError, match="more than 67,108,864 bytes"):
        parse_points("a.csv", bytes(MAX_FILE + 1))


@given(st.text() | st.lists(st.lists(st.sampled_from(["1", "-2.5", "a", "", "nan", "1,5", '"', ";", "\t"]))).map(str))
def test_any_text_is_points_or_one_sentence(text):
    for name in ("a.csv", "a.json"):
        try:
            points = parse_points(name, text.encode("utf-8", "surrogatepass"))
        except GdvizError:
            continue
        assert np.isfinite(points.x).all() and points.x.size
        assert points.labels is None or len(points.labels) == len(points.x)


# --- as a target -----------------------------------------------------------------------------------
def cloud(n: int = 400) -> OwnPoints:
    rng = np.random.default_rng(4)
    x = np.concatenate([rng.normal(-2, 0.5, (n // 2, 2)), rng.normal(2, 1, (n // 2, 2))])
    return OwnPoints(x, ("a",) * (n // 2) + ("b",) * (n // 2))


def test_the_points_are_the_law():
    points = cloud()
    target = with_points(points, noise=0.1)
    assert np.array_equal(np.array(target.points), points.x) and target.labels == points.labels and target.noise == 0.1
    weighted = with_points(OwnPoints(np.array([[0.0], [1.0]]), weights=np.array([1.0, 3.0])))
    assert weighted.build().posterior_mean is not None and weighted.weights == (1, 3)
    with pytest.raises(GdvizError, match="found 20,001; a target of points takes at most 20,000"):
        with_points(OwnPoints(np.zeros((20_001, 1))))


def test_standardised_is_a_change_of_units_and_back():
    points = cloud()
    z, scaling = standardised(points)
    assert z.x.mean(0) == pytest.approx(0, abs=1e-12) and z.x.std(0) == pytest.approx(1)
    assert scaling.centre + scaling.scale * z.x == pytest.approx(points.x)
    assert "back by x1 = " in scaling.sentence and z.labels == points.labels
    flat, way = standardised(OwnPoints(np.array([[1.0, 2.0], [1.0, 3.0]])))
    assert flat.x[:, 0].tolist() == [0, 0] and way.scale[0] == 1


def test_fewer_at_random_keep_their_labels_and_say_so():
    points = cloud()
    few = thinned(points, 50)
    place = {tuple(row): label for row, label in zip(points.x.tolist(), points.labels, strict=True)}
    assert len(few.x) == 50 and [place[tuple(row)] for row in few.x.tolist()] == list(few.labels)
    assert few.remarks == ("50 of 400 points were taken at random (seed 0).",)
    assert thinned(points, 400) is points


def test_a_mixture_is_fitted_for_each_label():
    target = fitted(cloud()).target
    assert [c.label for c in target.components] == ["a", "b"]
    assert np.array([c.mean for c in target.components]) == pytest.approx(np.array([[-2, -2], [2, 2]]), abs=0.3)
    with pytest.raises(GdvizError, match="a column of weights, which a fitted mixture cannot take"):
        fitted(OwnPoints(np.zeros((5, 1)), weights=np.ones(5)))
