"""A change that is refused on Explore is said below its field, once, and takes the place of what was refused before."""

from __future__ import annotations

from typing import Any

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


def open_tab(page: AppTest, name: str) -> None:
    page.session_state["explore.tab"] = name
    page.run()


def test_a_refused_w_stands_below_its_box(explore: AppTest) -> None:
    open_tab(explore, "Run")
    (w,) = (box for box in explore.text_input if str(box.key).endswith(".w"))
    w.set_value("0, zero").run()
    assert said(explore) == [("Run", "w.1: found 'zero'; it should be a valid number, unable to parse string as a number.")]
    assert below(explore, explore.error[0]) == w.label


def test_a_refused_formula_stands_below_its_box(explore: AppTest) -> None:
    open_tab(explore, "Guidance")
    (kind,) = (box for box in explore.selectbox if str(box.key).endswith(".guidance.kind"))
    kind.set_value("reward").run()
    (reward,) = (box for box in explore.selectbox if str(box.key).endswith(".guidance.reward.reward.kind"))
    reward.set_value("expression").run()
    (formula,) = (box for box in explore.text_area if str(box.key).endswith(".expression"))
    formula.set_value("x^2 * (1").run()
    ((tab, text),) = said(explore)
    assert tab == "Guidance" and text.startswith("guidance.reward.expression: expression column 2: found the operator '^'")
    assert below(explore, explore.error[0]) == formula.label


def test_what_was_refused_is_kept_and_said_while_another_tab_is_open(explore: AppTest) -> None:
    open_tab(explore, "Run")
    (w,) = (box for box in explore.text_input if str(box.key).endswith(".w"))
    w.set_value("0, zero").run()
    open_tab(explore, "Sampler")
    assert [as_read(error.value)[:4] for error in explore.error] == ["w.1:"]
    open_tab(explore, "Run")
    (w,) = (box for box in explore.text_input if str(box.key).endswith(".w"))
    assert w.value == "0, zero" and said(explore)[0][0] == "Run"
    w.set_value("0, 1").run()
    assert [error.value for error in explore.error] == ["refused before"]  # what the script itself says


def below(page: AppTest, error: Any) -> str | None:
    """The label of the widget that stands nearest above an error."""
    label = None
    for element in page:
        if element is error or (element.type == "error" and element.value == error.value):
            return label
        label = getattr(element, "label", None) or label
    raise AssertionError("the error is not on the page")
