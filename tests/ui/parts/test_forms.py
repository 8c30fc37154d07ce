"""Widgets made from a kind's fields: each has the field's own description as its tooltip."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from gdviz.guidance import GUIDANCE
from gdviz.samplers import SAMPLERS
from gdviz.targets import TARGETS
from gdviz.ui.parts.as_typed import as_typed

FAMILIES = {"guidance": GUIDANCE, "sampler": SAMPLERS, "target": TARGETS}


def page(family, value):
    import streamlit as st

    from gdviz.guidance import GUIDANCE
    from gdviz.samplers import SAMPLERS
    from gdviz.targets import TARGETS
    from gdviz.ui.parts.forms import edit_kind

    families = {"guidance": GUIDANCE, "sampler": SAMPLERS, "target": TARGETS}
    st.session_state["edited"] = edit_kind(families[family], value, "form", {"label": ["a", "b"]})


@pytest.mark.parametrize(
    ("family", "value"),
    [
        ("guidance", {"kind": "dynamic_threshold", "label": "b", "percentile": 90, "scale": 2.0}),
        ("guidance", {"kind": "cfg_rescale", "label": "a", "phi": 0.4}),
        ("guidance", {"kind": "apg", "label": "b"}),
        ("sampler", {"kind": "ddim", "steps": 30, "eta": 0.5}),
        ("target", {"kind": "checkerboard"}),
    ],
)
def test_a_widget_explains_its_field_in_the_fields_own_words(family, value):
    app = AppTest.from_function(page, args=(family, value)).run()
    assert not app.exception
    kind = FAMILIES[family].kinds[value["kind"]]
    shown = {widget.key: widget.help for widget in [*app.number_input, *app.selectbox, *app.text_input]}
    for name, info in kind.model_fields.items():
        if name != "kind":
            (help,) = (
                shown[key] for key in (f"form.{value['kind']}.{name}", f"form.{value['kind']}.{name}.kind") if key in shown
            )
            assert help == as_typed(info.description)
    edited = app.session_state["edited"]
    assert FAMILIES[family].parse(edited) == FAMILIES[family].parse(value)


def test_fields_are_called_as_their_titles_say():
    app = AppTest.from_function(page, args=("target", {"kind": "moons"})).run()
    assert [box.label for box in app.number_input] == ["points", "noise"]
