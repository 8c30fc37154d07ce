"""The Compare page: what is chosen, kept in the address and refused."""

from __future__ import annotations

import pytest
from as_read import as_read
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.slow


def page(**asked) -> AppTest:
    app = AppTest.from_string("from gdviz.ui.compare.page import page\npage()", default_timeout=60)
    for name, value in asked.items():
        app.query_params[name] = value
    return app.run()


def test_it_opens_with_methods_that_fit_and_keeps_them_in_the_address():
    app = page(preset="ring-reward", w="2", evaluations="32", seeds="3", particles="300")
    assert not app.exception and not app.error
    assert app.multiselect[0].value[:3] == ["none", "reward", "exact"]
    assert app.query_params["methods"].startswith("none,reward,exact")
    assert app.query_params["particles"] == "256"  # whole populations
    assert app.number_input(key="compare.w").value == 2
    app.multiselect[0].set_value(["reward", "tds"]).run()
    assert app.query_params["methods"] == "reward,tds"


def test_a_refusal_is_one_sentence_and_nothing_is_asked_to_run():
    app = page(preset="overlapping-classes")
    app.text_input(key="compare.evaluations").set_value("64, many").run()
    (refusal,) = (as_read(error.value) for error in app.error)
    assert refusal == "evaluations: found 'many'; whole numbers are allowed, commas between."
    assert not [button for button in app.button if button.label == "Run"]
    app.text_input(key="compare.evaluations").set_value("64").run()
    app.multiselect[0].set_value([]).run()
    assert "methods: found 0" in as_read(app.error[0].value)
