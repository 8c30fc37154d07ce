"""A teacher's link: what it asks for, and what of it is refused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gdviz.ui.explore.teaching import HIDEABLE, LONGEST_NOTE, Teaching, read_teaching


def test_nothing_asked_for() -> None:
    plain = read_teaching({"preset": "two-moons", "view": "w2"})
    assert plain == Teaching() and plain.fields == {} and all(plain.shows(part) for part in HIDEABLE)


def test_a_lock_takes_away_what_changes_the_scene_and_leaves_the_rest() -> None:
    locked = read_teaching({"lock": "1", "hide": "charts", "note": " Watch class *b*. "})
    assert not locked.shows("panel") and not locked.shows("scores") and not locked.shows("charts") and locked.shows("numbers")
    assert locked.note == "Watch class *b*."
    assert not read_teaching({"lock": "0"}).locked


@given(st.booleans(), st.sets(st.sampled_from(HIDEABLE)), st.text(max_size=LONGEST_NOTE).map(str.strip))
def test_its_fields_come_back(locked: bool, hidden: set[str], note: str) -> None:
    asked = Teaching(note, locked, frozenset(hidden))
    assert read_teaching(asked.fields) == asked


@given(st.dictionaries(st.sampled_from(["note", "lock", "hide"]), st.text(max_size=900)))
def test_whatever_is_asked_for_is_bounded(fields: dict[str, str]) -> None:
    teaching = read_teaching(fields)
    assert len(teaching.note) <= LONGEST_NOTE and len(teaching.remark) < 300 and teaching.hidden <= set(HIDEABLE)
