"""What stands beside the Train button: why it cannot be pressed, and what comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from gdviz.jobs.job import PROGRAM
from gdviz.jobs.training import Training
from gdviz.training import Task
from gdviz.ui.train.page import queue_words

TARGET = {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1]], "label": "a"}]}
TASK = Task.model_validate({"target": TARGET})


def page() -> None:
    from gdviz.ui.train.choice import choose
    from gdviz.ui.train.page import _start

    _start(choose(), ())


@pytest.mark.slow
def test_a_refused_recipe_is_said_below_its_field_and_beside_the_button() -> None:
    app = AppTest.from_function(page, default_timeout=120).run()
    (rate,) = [box for box in app.number_input if box.label == "rate"]
    rate.set_value(0.0).run()
    assert not app.exception
    button, said = app.button(key="train.start"), [error.value for error in app.error]
    assert button.disabled
    assert len(said) == 2
    assert {*said, button.help} == {r"recipe.rate\: found 0.0; it should be greater than 0."}


def test_when_a_training_would_begin() -> None:
    mine = Training("1", TASK, "running", owners=frozenset({PROGRAM.visitor}))
    theirs = replace(mine, owners=frozenset({"another"}))
    assert queue_words([theirs]) == "Takes its turn beside a training of others"
    assert queue_words([theirs, theirs]) == "Takes its turn beside 2 trainings of others"
    assert queue_words([theirs, mine]) == "Starts after your training under way"
    assert queue_words([mine]) == "Starts after your training under way"
    assert queue_words([mine, mine]) == "Starts after your 2 trainings under way"
