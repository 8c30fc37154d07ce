"""Sample files as people and accidents make them: in many writings, whole or damaged."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np

TOKENS = (b"nan", b"inf", b"-", b"", b"\0", b"1e999", b"#", b'"', b"'", b";", b",", b"\t", b" ", b"\r", b"\n", b"x", b"NaN,NaN",
          b"9" * 400, "−".encode(), "→".encode(), b"\xff\xfe", b"\xef\xbb\xbf", b"1_0", b"0x1F", b"1,5", b"--1", b"1e", b"True",
          b"(1+2j)", b"=1+1", b"sep=;", b"{", b"'descr'", b"O", b"-1", b"(1099511627776,)")  # fmt: skip
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1")


@dataclass(frozen=True)
class Made:
    """A file, and what it holds where it is whole: the points [n, d], and whether anything about it wants a remark."""

    name: str
    data: bytes
    x: np.ndarray | None
    remarkable: bool


def made(seed: int) -> Made:
    """A file of one seed: a writing, and for two in three seeds some damage."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(int(rng.integers(3, 400)), int(rng.integers(1, 5)))).round(6) * rng.choice([1.0, 1e-3, 1e4])
    kind = rng.choice(["text", "text", "npy", "npz"])
    whole = {"text": _text, "npy": _npy, "npz": _npz}[kind](rng, x)
    return whole if seed % 3 == 0 else Made(whole.name, _damaged(rng, whole.data), None, False)


def _text(rng: np.random.Generator, x: np.ndarray) -> Made:
    between = str(rng.choice([",", ";", "\t", " ", "|"]))
    comma = bool(rng.random() < 0.3) and between != "," and x.shape[1] > 1
    head, quoted, minus = rng.random() < 0.3, rng.random() < 0.2, rng.random() < 0.2
    encoding = str(rng.choice(ENCODINGS))
    minus &= encoding != "latin-1"
    cells = [[f"{value:.9g}" for value in row] for row in x]
    x = np.array([[float(cell) for cell in row] for row in cells])
    if comma:
        cells = [[cell.replace(".", ",") for cell in row] for row in cells]
    if head:
        cells.insert(0, [f"x{k}" for k in range(x.shape[1])])
    text = str(rng.choice(["\n", "\r\n"])).join(between.join(f'"{c}"' if quoted else c for c in row) for row in cells)
    if minus:
        text = text.replace("-", "\u2212")
    ending = {"\t": "tsv", ",": "csv"}.get(between, "txt")
    said = head or comma or quoted or encoding in ("utf-8-sig", "utf-16") or (between != "," and x.shape[1] > 1)
    return Made(f"a.{ending}", text.encode(encoding), x, bool(said or (minus and "\u2212" in text)))


def _npy(rng: np.random.Generator, x: np.ndarray) -> Made:
    held = io.BytesIO()
    x = x.astype(rng.choice(["<f8", ">f8", "<f4"]))
    np.save(held, np.asfortranarray(x) if rng.random() < 0.3 else x, allow_pickle=False)
    return Made("a.npy", held.getvalue(), x.astype(float), False)


def _npz(rng: np.random.Generator, x: np.ndarray) -> Made:
    held = io.BytesIO()
    (np.savez_compressed if rng.random() < 0.5 else np.savez)(held, x=x, **({"seed": np.arange(3)} if rng.random() < 0.5 else {}))
    return Made("a.npz", held.getvalue(), x, False)


def _damaged(rng: np.random.Generator, data: bytes) -> bytes:
    """One to six wounds: bytes flipped, cut, doubled, swapped, or a token put in; half of them where headers are."""
    for _ in range(int(rng.integers(1, 7))):
        size = len(data)
        at = int(rng.integers(0, max(1, size if rng.random() < 0.5 else min(size, 200))))
        width = int(rng.integers(1, 40))
        wound = rng.integers(6)
        if wound == 0:
            data = data[:at] + bytes(rng.integers(0, 256, width, dtype=np.uint8)) + data[at + width :]
        elif wound == 1:
            data = data[:at] + data[at + width :]
        elif wound == 2:
            data = data[:at]
        elif wound == 3:
            data = data[:at] + data[at : at + 20 * width] * 2 + data[at:]
        elif wound == 4:
            data = data[at:] + data[:at]
        else:
            data = data[:at] + TOKENS[int(rng.integers(len(TOKENS)))] + data[at:]
    return data
