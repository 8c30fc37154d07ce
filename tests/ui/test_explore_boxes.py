"""Explore's boxes keep their identity whatever is open: a press while the page is drawn is heard, and no second box stands."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def script() -> None:
    from gdviz.ui.explore import page
    from gdviz.ui.explore.places import places

    page.opened(places())


def boxes(page: AppTest) -> tuple[Any, Any]:
    assert not page.exception
    (preset,) = page.selectbox
    (score,) = page.get("button_group")
    return preset, score


@pytest.fixture
def explore() -> AppTest:
    return AppTest.from_function(script, default_timeout=60).run()


def test_the_boxes_are_the_same_ones_whatever_is_open(explore: AppTest) -> None:
    from gdviz.ui.explore.opened import Opened

    first = [box.proto.id for box in boxes(explore)]
    boxes(explore)[1].set_value("network").run()
    assert explore.session_state["explore.open"].source == "network"
    boxes(explore)[0].set_value("pinwheel").run()
    assert explore.session_state["explore.open"].preset == "pinwheel"
    assert explore.session_state["explore.open"].source == "network", "another preset keeps the scores"
    explore.session_state["explore.open"] = Opened("pinwheel", {"seed": 3}, 2)
    explore.run()
    preset, score = boxes(explore)
    assert [preset.proto.id, score.proto.id] == first
    assert preset.options[preset.index].endswith("(edited)")
    preset.set_value("two-moons").run()
    assert explore.session_state["explore.open"].edited is None


@pytest.mark.parametrize("query", [{"preset": "nothing"}, {"scene": "AAAA"}])
def test_an_address_that_cannot_be_used_is_told_of_and_the_default_opens(query: dict[str, str]) -> None:
    page = AppTest.from_function(script, default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    boxes(page)
    assert len(page.warning) == 1 and page.session_state["explore.open"].preset == "surrounded-class"
