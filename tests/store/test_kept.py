"""What a visitor keeps under names of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdviz.errors import GdvizError
from gdviz.store import kept
from gdviz.store.kept import LONGEST_NAME, Kept, name_of

ONE, OTHER = "1" * 32, "2" * 32


def test_each_visitor_keeps_their_own(tmp_path: Path) -> None:
    names = Kept(tmp_path, "names")
    names.put(ONE, "a", "first")
    names.put(ONE, "b", "second")
    names.put(ONE, "a", "**third**")
    names.put(OTHER, "a", "theirs")
    assert list(Kept(tmp_path, "names").of(ONE).items()) == [("b", "second"), ("a", "**third**")]
    assert names.of(OTHER) == {"a": "theirs"}
    assert Kept(tmp_path, "scenes").of(ONE) == {}
    names.put(ONE, "b", "")
    assert names.of(ONE) == {"a": "**third**"}


def test_what_is_kept_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 2)
    monkeypatch.setattr(kept, "MOST_BYTES", 100)
    names = Kept(tmp_path, "names")
    names.put(ONE, "a", "1")
    names.put(ONE, "b", "2")
    with pytest.raises(GdvizError, match="found 2 things kept already"):
        names.put(ONE, "c", "3")
    with pytest.raises(GdvizError, match="bytes to keep"):
        names.put(ONE, "b", "long " * 100)
    assert names.of(ONE) == {"a": "1", "b": "2"}


def test_a_name_is_one_line_of_what_can_be_seen() -> None:
    assert name_of(" two\n moons\u202e\x00 ") == "two moons"
    assert len(name_of("x" * LONGEST_NAME)) == LONGEST_NAME
    with pytest.raises(GdvizError, match="at most 60"):
        name_of("x" * (LONGEST_NAME + 1))


@pytest.mark.parametrize("damaged", ["", "[1]", "{", '{"a": 1}', "[" * 100_000])
def test_a_damaged_file_counts_as_empty(tmp_path: Path, damaged: str) -> None:
    names = Kept(tmp_path, "names")
    names.put(ONE, "a", "1")
    (tmp_path / "kept" / "names" / ONE).write_text(damaged)
    assert names.of(ONE) == {}


def test_no_name_of_a_visitor_leaves_the_folder(tmp_path: Path) -> None:
    with pytest.raises(GdvizError):
        Kept(tmp_path, "names").put("../../x", "a", "1")
