"""Widgets made from a kind's fields: each has the field's own description as its tooltip."""

from __future__ import annotations

import pytest
import torch
from streamlit.testing.v1 import AppTest

from gdviz.guidance import GUIDANCE
from gdviz.rewards import REWARDS, RewardContext
from gdviz.samplers import SAMPLERS
from gdviz.targets import TARGETS
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.starting_values import DIMENSION, starting_values

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


def test_another_kind_keeps_dimension_shared_fields_and_labels():
    steps = starting_values(SAMPLERS.kinds["ddim"], before={"kind": "ddpm", "steps": 77})
    assert steps["steps"] == 77
    beyond = starting_values(SAMPLERS.kinds["ddim"], before={"kind": "ddpm", "steps": -1})
    assert "steps" not in beyond, "what the other kind refuses is not kept"
    plane = {"kind": "gaussian_mixture", "components": [{"mean": [0, 1]}]}
    for before, coordinates in ((plane, 2), ({"kind": "two_moons"}, 2), ({**plane, "components": [{"mean": [0]}]}, 1)):
        assert len(starting_values(TARGETS.kinds["points"], before=before)["points"][0]) == coordinates


def test_a_composed_kind_starts_around_what_it_replaces_and_a_part_takes_its_wholes_place():
    kinds, plain = REWARDS.kinds, {"kind": "expression", "expression": "1 + x**2"}
    assert starting_values(kinds["exp"], before=plain)["of"] == plain
    product = {"kind": "product", **starting_values(kinds["product"], before=plain)}
    assert product["of"][0] == plain and len(product["of"]) == 2
    assert starting_values(kinds["expression"], before=product) == {"expression": "1 + x**2"}
    assert starting_values(kinds["sum"], before=product)["of"] == product["of"], "its parts are kept"
    for name in ("product", "sum", "bumps", "quadratic"):  # on a line they start with points of one coordinate
        start = starting_values(kinds[name], {DIMENSION: ["1"]}, before=plain)
        assert kinds[name].model_validate({"kind": name, **start}).build(RewardContext(1))(torch.zeros(3, 1)).shape == (3,)


def test_parts_are_added_removed_and_edited_each_by_itself():
    def parts():
        import streamlit as st

        from gdviz.rewards import REWARDS
        from gdviz.ui.parts.forms import edit_kind

        value = st.session_state.setdefault("value", {"kind": "product", "of": [{"kind": "expression", "expression": "1"}]})
        edited = edit_kind(REWARDS, value, "form")
        if edited != value:
            st.session_state.value = edited
            st.rerun()

    app = AppTest.from_function(parts, default_timeout=60).run()

    def formulas():
        assert not app.exception
        given = [part["expression"] for part in app.session_state["value"]["of"]]
        assert given == [box.value for box in app.text_area]
        return given

    assert formulas() == ["1"] and [button.label for button in app.button] == ["Add a reward"]
    for text in ("2", "3"):
        next(button for button in app.button if button.label == "Add a reward").click().run()
        app.text_area[-1].set_value(text).run()
    assert formulas() == ["1", "2", "3"]
    [button for button in app.button if button.label == "Remove"][1].click().run()
    assert formulas() == ["1", "3"]
    app.text_area[-1].set_value("4").run()
    assert formulas() == ["1", "4"]


def test_a_table_keeps_its_lines_while_it_is_typed_in_and_takes_others_from_elsewhere():
    def table():
        import streamlit as st

        from gdviz.targets.gaussian_mixture import Component
        from gdviz.ui.parts.table_form import edit_table

        value = st.session_state.setdefault("value", [{"mean": [0.0], "covariance": [[1.0]], "weight": 1.0}])
        st.session_state["given"] = edit_table("components", Component, value, "rows")

    page = AppTest.from_function(table, default_timeout=60).run()
    assert not page.exception
    first = page.dataframe[0].proto.id
    page.session_state["value"] = [{**page.session_state["given"][0], "label": None}]  # as it was typed, defaults filled
    page.run()
    assert page.dataframe[0].proto.id == first
    page.session_state["value"] = [{"mean": [5.0], "covariance": [[1.0]], "weight": 1.0}]  # dragged on the stage, say
    page.run()
    assert page.session_state["given"][0]["mean"] == [5.0]
    assert page.dataframe[0].proto.id != first
