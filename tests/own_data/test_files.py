"""Samples from files: the three formats agree, and nothing that a file holds can do harm."""

from __future__ import annotations

import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.errors import GdvizError
from gdviz.own_data import files
from gdviz.own_data.files import parse_samples, read_samples

X = np.random.default_rng(0).standard_normal((60, 2))


def npy(values) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values)
    return buffer.getvalue()


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def csv(values, header="") -> bytes:
    buffer = io.StringIO()
    np.savetxt(buffer, values, delimiter=",", header=header, comments="")
    return buffer.getvalue().encode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.npy", npy(X)),
        ("a.npy", npy(np.asfortranarray(X))),
        ("a.NPY", npy(X.astype(">f8"))),
        ("a.npz", npz(x=X, other=X[:3])),
        ("a.npz", npz(whatever=X)),
        ("a.npz", npz(x=X[None], w=[2.0])),
        ("a.csv", csv(X)),
        ("a.csv", csv(X, "x,y")),
    ],
)
def test_formats_agree(name, data, tmp_path):
    np.testing.assert_allclose(parse_samples(name, data).x, X)
    path = tmp_path / name
    path.write_bytes(data)
    np.testing.assert_allclose(read_samples(path).x, X)


def test_a_line_of_numbers_is_one_dimension():
    assert parse_samples("a.npy", npy(X[:, 0].astype(np.float32))).x.shape == (60, 1)
    assert parse_samples("a.csv", csv(X[:, 0])).x.shape == (60, 1)


def test_samples_at_several_w():
    data = npz(x=np.stack([X, X + 1]), w=[0.0, 2.0])
    np.testing.assert_allclose(parse_samples("a.npz", data, 2.0).x, X + 1)
    for w in (None, 1.0):
        with pytest.raises(GdvizError, match="found samples at w = 0, 2"):
            parse_samples("a.npz", data, w)


class Harm:
    def __reduce__(self):
        return (pytest.fail, ("a file was unpickled",))


def bomb() -> bytes:
    """A header that promises 10^12 numbers."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**6)})
    return buffer.getvalue()


def packed(member: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", member)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.xlsx", b"1,2", "found the ending '.xlsx'"),
        ("a.npy", b"1,2", "no array"),
        ("a.npy", npy(X)[:-9], "cut short"),
        ("a.npy", npy(np.array([Harm()], dtype=object)), "real numbers"),
        ("a.npy", pickle.dumps(Harm()), "no array"),
        ("a.npy", bomb(), "1,000,000,000,000 numbers"),
        ("a.npz", packed(bomb()), "1,000,000,000,000 numbers"),
        ("a.npz", b"PK nothing", "damaged"),
        ("a.npz", packed(npy(X))[:200], "damaged"),
        ("a.npz", npz(a=X, b=X), "name the samples x"),
        ("a.npz", npz(x=np.stack([X, X]), w=[1.0]), "[W, n, d] with w [W]"),
        ("a.npy", npy(np.zeros((2, 3, 4))), "[n, d] is required"),
        ("a.npy", npy(np.zeros((0, 2))), "[n, d] is required"),
        ("a.npy", npy(X.astype(complex)), "real numbers"),
        ("a.csv", b"x,y\n1,2\n1,zwei\n", "row 3 of the file, column 2: found 'zwei'"),
        ("a.csv", b"1.5,2\n3\n", "row 2 of the file: found 1 columns"),
        ("a.csv", b"\xff\xfe\x00", "not text"),
        ("a.csv", b"1.5\xe9,2\n", "not text"),
    ],
)
def test_damaged_files_are_one_sentence(name, data, words):
    with pytest.raises(GdvizError) as refused:
        parse_samples(name, data)
    assert words in str(refused.value)


def test_an_empty_table_is_refused():
    with pytest.raises(GdvizError):
        parse_samples("a.csv", b"")


def test_size_is_bounded(monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE", 100)
    with pytest.raises(GdvizError, match="more than 100 bytes"):
        parse_samples("a.npy", npy(X))
    with pytest.raises(GdvizError, match="No such file"):
        read_samples(files.Path("none.npy"))


@given(st.sampled_from([".npy", ".npz", ".csv"]), st.binary(max_size=400), st.booleans())
def test_any_bytes_are_samples_or_a_refusal(ending, data, behind_a_magic):
    head = {".npy": b"\x93NUMPY\x01\x00", ".npz": b"PK\x03\x04", ".csv": b"1,2\n"}[ending] if behind_a_magic else b""
    try:
        assert parse_samples("a" + ending, head + data).x.ndim == 2
    except GdvizError as refused:
        assert str(refused).startswith("a" + ending) and len(str(refused)) < 500
