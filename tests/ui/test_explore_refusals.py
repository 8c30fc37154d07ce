"""A change that is refused on Explore is said below its widgets, once, and takes the place of what was refused before."""

from __future__ import annotations

import pytest
from as_read import as_read
from streamlit.testing.v1 import AppTest


def script() -> None:
    from types import SimpleNamespace

    import streamlit as st

    from gdviz.presets import load
    from gdviz.ui.explore import page
    from gdviz.ui.explore.places import places
    from gdviz.ui.parts import workers

    workers.pool = lambda: SimpleNamespace()
    made = load("two-moons").experiment
    state = st.session_state.setdefault("explore.open", page.Opened(None, made.model_dump(mode="json")))
    here = places()
    with here.status:
        slot = st.empty()
    slot.error("refused before")
    page.edit(state, page.Stage((), slot), here)


@pytest.fixture
def explore() -> AppTest:
    found = AppTest.from_function(script, default_timeout=60).run()
    assert not found.exception and [error.value for error in found.error] == ["refused before"]
    return found


def said(page: AppTest) -> list[tuple[str, str]]:
    """The errors of the page, each with the tab that it stands in."""
    assert not page.exception
    inside = [(tab.label, as_read(error.value)) for tab in page.tabs for error in tab.error]
    assert len(inside) == len(page.error)
    return inside


def test_a_refused_w_stands_in_its_tab_alone(explore: AppTest) -> None:
    (w,) = (box for box in explore.text_input if str(box.key).endswith(".w"))
    w.set_value("0, zero").run()
    assert said(explore) == [("Run", "w.1: found 'zero'; it should be a valid number, unable to parse string as a number.")]


def test_a_refused_formula_stands_in_the_tab_of_guidance(explore: AppTest) -> None:
    (kind,) = (box for box in explore.selectbox if str(box.key).endswith(".guidance.kind"))
    kind.set_value("reward").run()
    (reward,) = (box for box in explore.selectbox if str(box.key).endswith(".guidance.reward.reward.kind"))
    reward.set_value("expression").run()
    (formula,) = (box for box in explore.text_area if str(box.key).endswith(".expression"))
    formula.set_value("x^2 * (1").run()
    ((tab, text),) = said(explore)
    assert tab == "Guidance" and text.startswith("guidance.reward.expression: expression column 2: found the operator '^'")
