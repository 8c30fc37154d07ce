"""A scene as an address: readable where it can be, and what an old or damaged one says."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from experiments import changed
from hypothesis import given
from hypothesis import strategies as st

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.export.address import LONGEST, READABLE, address_of, from_text, read_address
from gdviz.export.changes import changes, with_changes
from gdviz.presets import load, names

NAMES = st.text("abcdefg_", min_size=1, max_size=6)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=12)
VALUES = st.recursive(LEAVES, lambda part: st.lists(part, max_size=4) | st.dictionaries(NAMES, part, max_size=4), max_leaves=12)
DRAFTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


@given(DRAFTS, DRAFTS)
def test_changes_made_give_the_edited_one(base, other) -> None:
    edited = {key: other.get(key, value) for key, value in base.items()}
    assert with_changes(base, changes(base, edited)) == (edited, [])


@given(DRAFTS)
def test_nothing_changed_is_nothing_written(base) -> None:
    assert changes(base, base) == {}


def test_they_can_be_read() -> None:
    base = load("two-moons").experiment.model_dump(mode="json")
    edited = changed("sampler.steps", 100, changed("guidance.label", "lower", {**base, "w": [k / 2 for k in range(21)]}))
    fields = address_of(edited, "two-moons")
    assert fields == {"preset": "two-moons", "guidance.label": "lower", "sampler.steps": "100", "w": "0:10:0.5"}
    assert read_address(fields).draft == edited


def test_a_preset_alone() -> None:
    assert address_of(None, "apg") == {"preset": "apg"}
    assert address_of(load("apg").experiment.model_dump(mode="json"), "apg") == {"preset": "apg"}
    assert read_address({"preset": "apg", "view": "w2*f40", "score": "both"}).draft is None


def test_a_long_one_is_compressed_and_a_longer_one_is_a_file() -> None:
    base = load("surrounded-class").experiment.model_dump(mode="json")
    points = [[k * 0.731 % 1.0, k * 0.417 % 3.0] for k in range(40)]
    edited = {**base, "target": {"kind": "points", "points": points}, "guidance": {"kind": "none"}}
    fields = address_of(edited, "surrounded-class")
    assert fields is not None and fields.keys() == {"scene"}
    assert read_address(fields).draft == edited
    many = [[(k * 0.7310585) % 1.0, (k * 0.41712345) % 3.0] for k in range(2000)]
    assert address_of({**edited, "target": {"kind": "points", "points": many}}, "surrounded-class") is None


def test_what_cannot_be_used_is_named() -> None:
    opened = read_address({"preset": "two-moons", "sampler.stps": "9", "target.components.0.mean": "0,1", "seed": "4"})
    assert opened.draft is not None and opened.draft["seed"] == 4
    places = "'sampler.stps', 'target.components.0.mean'"
    assert opened.remarks == (f"link: found {places}, which this scene does not have; the rest is used.",)
    with pytest.raises(GdvizError, match=r"^preset: found 'two-mons' \(did you mean"):
        read_address({"preset": "two-mons"})
    with pytest.raises(GdvizError, match="an address without a scene"):
        from_text("http://localhost:8501/curves?view=w2")


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=5))
def test_any_fields_are_an_experiment_or_a_sentence(fields) -> None:
    try:
        opened = read_address({"preset": "two-moons", **fields})
        Experiment.parse(opened.draft or load(opened.preset or "two-moons").experiment)
    except GdvizError as error:
        assert 0 < len(str(error)) <= 2000


@pytest.mark.parametrize("name", names())
def test_a_shared_preset_is_the_preset(name: str) -> None:
    experiment = load(name).experiment
    edited = {**experiment.model_dump(mode="json"), "seed": 77, "particles": 321}
    fields = address_of(edited, name)
    assert fields == {"preset": name, "particles": "321", "seed": "77"}
    opened = from_text(f"http://localhost:8501/lab/?{urlencode(fields)}")
    assert Experiment.parse(opened.draft).id == Experiment.parse(edited).id


def test_the_bounds_are_kept() -> None:
    base = load("surrounded-class").experiment.model_dump(mode="json")
    for preset in (None, "surrounded-class"):
        for steps in range(2, 40):
            fields = address_of({**base, "sampler": {**base["sampler"], "steps": steps}}, preset)
            assert fields is not None
            assert len(urlencode(fields)) <= (READABLE if "preset" in fields else LONGEST + 6)
            assert dict(parse_qsl(urlencode(fields))) == fields
