"""A reward on Explore before anything runs: numbers and a picture below its fields, or a refusal with buttons that mend it."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
from as_read import as_read
from streamlit.testing.v1 import AppTest

from gdviz.ui.explore import draft_places, refusals
from gdviz.ui.explore.draft_places import value_at, with_value
from gdviz.ui.explore.reward_panel import REWARD_PLACES, RefusedReward, refused_reward


def script() -> None:
    from types import SimpleNamespace

    import streamlit as st

    from gdviz.presets import load
    from gdviz.ui.explore import page
    from gdviz.ui.explore.places import places
    from gdviz.ui.parts import workers

    workers.pool = lambda: SimpleNamespace()
    made = load("two-moons").experiment.model_dump(mode="json")
    made["guidance"] = {"kind": "reward", "reward": {"kind": "expression", "expression": "1.5 + sin(3*x)"}}
    state = st.session_state.setdefault("explore.open", page.Opened(None, made))
    here = places()
    with here.status:
        slot = st.empty()
    page.edit(state, page.Stage((), slot), here)


@pytest.fixture
def explore() -> AppTest:
    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["explore.tab"] = "Guidance"
    return settled(page.run())


def settled(page: AppTest) -> AppTest:
    assert not page.exception, page.exception
    return page


def type_in(page: AppTest, formula: str) -> None:
    (box,) = (box for box in page.text_area if str(box.key).endswith(".expression"))
    settled(box.set_value(formula).run())


def press(page: AppTest, words: str) -> None:
    settled(next(button for button in page.button if as_read(button.label) == words).click().run())


def on_stage(page: AppTest) -> Any:
    return page.session_state["explore.open"].edited["guidance"]


def numbers(page: AppTest) -> dict[str, str]:
    """The table of the panel."""
    (table,) = (as_read(line.value) for line in page.caption if line.value.startswith("| min"))
    names, _, values = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines())
    return dict(zip(names, values, strict=True))


def charts(page: AppTest) -> int:
    return len(page.get("plotly_chart"))


def test_the_numbers_stand_below_the_fields_and_follow_them(explore: AppTest) -> None:
    assert numbers(explore) == {"min r": "0.5", "mean r": "1.5", "max r": "2.5", "effective sample": "82 %"}
    assert charts(explore) == 1 and not explore.error
    type_in(explore, "2")
    assert numbers(explore) == {"min r": "2", "mean r": "2", "max r": "2", "effective sample": "100 %"}


def test_a_reward_that_is_not_positive_stays_off_the_stage_and_a_button_mends_it(explore: AppTest) -> None:
    type_in(explore, "sin(3*x)")
    (error,) = explore.error
    said = as_read(error.value)
    assert said.startswith("guidance.reward: found r = -1 at (") and said.endswith("It is not on about 50 % of the target.")
    assert '{"kind"' not in said, "what mends it is on the buttons"
    assert on_stage(explore)["reward"]["expression"] == "1.5 + sin(3*x)"
    assert list(numbers(explore)) == ["min r", "max r"] and charts(explore) == 1
    press(explore, "Use 1.1 + (sin(3*x))")
    assert not explore.error and on_stage(explore)["reward"] == {"kind": "expression", "expression": "1.1 + (sin(3*x))"}
    (box,) = explore.text_area
    assert box.value == "1.1 + (sin(3*x))"


def test_a_formula_of_another_language_is_marked_and_a_button_writes_it(explore: AppTest) -> None:
    type_in(explore, "1 + np.exp(-x^2")
    assert [code.value for code in explore.code] == ["1 + np.exp(-x^2\n    ↑"]
    press(explore, "Use 1 + exp(-x**2)")
    assert not explore.error and not explore.code and on_stage(explore)["reward"]["expression"] == "1 + exp(-x**2)"


def test_a_potential_is_put_inside_exp_by_a_button(explore: AppTest) -> None:
    (kind,) = (box for box in explore.selectbox if str(box.key).endswith(".reward.reward.kind"))
    settled(kind.set_value("linear").run())
    assert "any real number" in explore.error[0].value
    press(explore, "Use exp(R)")
    assert on_stage(explore)["reward"] == {"kind": "exp", "strength": 1, "of": {"kind": "linear", "direction": [1, 0.5]}}


def test_what_does_not_fit_the_target_is_refused_below_its_own_field(explore: AppTest) -> None:
    type_in(explore, "1 + x2**2")
    (error,) = explore.error
    assert as_read(error.value).startswith("guidance.reward.expression column 5: found 'x2'")
    assert [code.value for code in explore.code] == ["1 + x2**2\n    ↑"]


def test_a_refused_reward_stays_refused_on_another_tab(explore: AppTest) -> None:
    type_in(explore, "sin(3*x)")
    explore.session_state["explore.tab"] = "Sampler"
    settled(explore.run())
    assert len(explore.error) == 1 and on_stage(explore)["reward"]["expression"] == "1.5 + sin(3*x)"
    press(explore, "Use exp(sin(3*x))")
    assert not explore.error and on_stage(explore)["reward"]["expression"] == "exp(sin(3*x))"


def test_named_rewards_are_kept_in_the_session_and_put_back(explore: AppTest) -> None:
    (name,) = (box for box in explore.text_input if str(box.key).endswith(".name"))
    settled(name.set_value("waves").run())
    assert on_stage(explore)["name"] == "waves"
    (name,) = (box for box in explore.text_input if str(box.key).endswith(".name"))
    settled(name.set_value("flat").run())
    type_in(explore, "2")
    press(explore, "waves")
    assert on_stage(explore)["name"] == "waves" and on_stage(explore)["reward"]["expression"] == "1.5 + sin(3*x)"
    press(explore, "flat")
    assert on_stage(explore)["reward"]["expression"] == "2"


def test_a_mark_is_shown_within_a_window_of_a_long_formula() -> None:
    assert doctest.testmod(refusals).failed == doctest.testmod(draft_places).failed == 0
    text = "1 + " * 100 + "x^2" + " + 1" * 100
    piece, arrow = refusals.mark(text, text.index("^") + 1).split("\n")
    assert piece[arrow.index("↑")] == "^" and len(piece) <= refusals.WINDOW + 4
    for column in range(1, len(text) + 1):
        piece, arrow = refusals.mark(text, column).split("\n")
        assert piece[arrow.index("↑")] == text[column - 1]


def test_places_of_a_draft() -> None:
    draft = {"a": [{"b": 1}], "c": 2}
    assert value_at(draft, "a.0.b") == 1 and value_at(draft, "a") == [{"b": 1}]
    assert [value_at(draft, nowhere) for nowhere in ("a.3.b", "a.b", "c.d", "x")] == [None] * 4
    assert with_value(draft, "c", 3) == {"a": [{"b": 1}], "c": 3} and draft["c"] == 2


@pytest.mark.parametrize("path", REWARD_PLACES)
def test_every_reward_of_a_draft_is_looked_at_and_mended_where_it_stands(path: str) -> None:
    good, bad = ({"kind": "expression", "expression": text} for text in ("2", "x"))
    draft = {"target": {"kind": "ring"}, "guidance": {"kind": "reward", "reward": good}, "measure": {"reward": good}, "w": [0]}
    assert refused_reward(draft) is None
    wrong = with_value(draft, path, {"kind": "sum", "of": [good, bad]})
    found = refusals.problem_of(wrong, None)
    assert isinstance(found, RefusedReward) and found.sentence.startswith(f"{path}.of.1: found r = -")
    drawn = Drawn()
    mended: list[Any] = []
    refusals.refuse(drawn, found, wrong, mended.append)  # type: ignore[arg-type]
    for button in drawn.repairs:
        button.press()
    assert len(mended) == 2 and value_at(mended[0], f"{path}.of.1.expression") == "exp(x)"
    assert all(refused_reward(one) is None and value_at(one, f"{path}.of.0") is not None for one in mended)


class Drawn:
    """In place of a form's places."""

    def refuse(self, sentence: str, marked: str, repairs: list[Any]) -> None:
        self.sentence, self.repairs = sentence, repairs
