"""Points typed in on Explore: what was understood is shown, then they are the target."""

from __future__ import annotations

import json

import pytest
from as_read import as_read
from streamlit.testing.v1 import AppTest

from gdviz.errors import GdvizError
from gdviz.own_data import OwnPoints, with_points
from gdviz.ui.explore.editor import _opened

ROWS = "x y name\n0.5 1.25 left\n-1 2.5 right\n0.25 .75 left\n"


def script() -> None:
    import streamlit as st

    from gdviz.ui.explore.own_data import edit_own_data

    st.session_state.setdefault("draft", {"guidance": {"kind": "cfg", "label": "c"}})
    watched = edit_own_data(st.session_state.draft, "own", lambda draft: st.session_state.update(draft=draft))
    if watched is not None:
        watched.wait()


@pytest.fixture
def shown(tmp_path, monkeypatch) -> AppTest:
    monkeypatch.setenv("GDVIZ_STORE", str(tmp_path / "store"))
    return AppTest.from_function(script, default_timeout=120).run()


@pytest.mark.slow
def test_typed_rows_become_the_target(shown):
    assert not shown.exception and not shown.info
    shown.segmented_control(key="own.from").set_value("rows typed or pasted").run()
    shown.text_area(key="own.typed").set_value(ROWS).run()
    assert not shown.exception and "found 2 with the label 'left'; a Gaussian needs at least 3" in as_read(shown.error[0].value)
    shown.selectbox(key="own.as").select("the points themselves").run()
    assert not shown.exception
    said = as_read(shown.info[0].value)
    assert said.startswith("3 points in 2 dimensions; left: 2, right: 1.") and "blanks" in said
    assert shown.dataframe[0].value["label"].tolist() == ["left", "right", "left"]
    shown.button(key="own.use").click().run()
    draft = shown.session_state.draft
    assert draft["target"]["points"][1] == [-1, 2.5] and draft["guidance"] == {"kind": "cfg", "label": "left"}
    shown.text_area(key="own.typed").set_value("1.5 a *b*\n").run()
    assert not shown.exception and "text in column 2, column 3" in shown.error[0].value


@pytest.mark.slow
def test_a_data_set_of_scikit_learn_becomes_the_target(shown):
    shown.segmented_control(key="own.from").set_value("scikit-learn").run()
    shown.number_input(key="own.maker.make_moons.n_samples").set_value(60).run()
    assert not shown.exception and as_read(shown.info[0].value).startswith("60 points in 2 dimensions; outer: 30, inner: 30.")
    shown.button(key="own.use").click().run()
    assert shown.session_state.draft["target"]["kind"] == "gaussian_mixture"


def test_a_file_of_a_target_alone_opens_in_the_present_scene():
    import numpy as np

    target = with_points(OwnPoints(np.array([[0.5], [1.5]]), ("a", "b")))
    edited = {"guidance": {"kind": "cfg", "label": "c"}, "w": [0, 3]}
    opened = _opened(json.dumps(target.model_dump(mode="json")).encode(), edited)
    assert opened["target"]["labels"] == ["a", "b"] and opened["guidance"]["label"] == "a" and opened["w"] == [0, 3]
    for wrong in (b'{"kind": "points"}', b'{"kind": []}', b"[1]", b"{"):
        with pytest.raises(GdvizError):
            _opened(wrong, edited)
