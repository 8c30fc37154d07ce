"""The scene in the address bar."""

from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.errors import GdvizError
from gdviz.export.link import MAX_TEXT, from_link, to_link
from gdviz.presets import load, names

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON))
def test_any_draft_comes_back(draft: dict[str, object]) -> None:
    assert from_link(to_link(draft)) == draft


@given(st.text())
def test_any_address_is_a_draft_or_refused(link: str) -> None:
    try:
        assert isinstance(from_link(link), dict)
    except GdvizError as error:
        assert str(error).startswith("link: ")


@pytest.mark.parametrize("name", names())
def test_presets_fit_an_address(name: str) -> None:
    draft = load(name).experiment.model_dump(mode="json")
    assert from_link(to_link(draft)) == draft
    assert len(to_link(draft)) < 6000


def test_a_bomb_is_refused_without_unfolding() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * (50 * MAX_TEXT))).decode()
    with pytest.raises(GdvizError, match="unfolds to more than"):
        from_link(bomb)


def test_a_cut_link_is_refused() -> None:
    link = to_link({"a": list(range(1000))})
    for end in (len(link) // 2, len(link) - 4):
        with pytest.raises(GdvizError, match="link: "):
            from_link(link[:end])
