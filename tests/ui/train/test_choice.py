"""What the Train page says before a training starts."""

from __future__ import annotations

import math
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gdviz.export.link import to_link
from gdviz.training.problem import DRAWN

SCENE: dict[str, Any] = {
    "target": {"kind": "gaussian_mixture", "components": [{"mean": [0], "covariance": [[1]], "label": "a"}]},
    "w": [0, 1],
}


def page() -> None:
    from gdviz.ui.train.choice import choose, say_what_is_used

    say_what_is_used(choose().tasks)


def shown(above: float, **score: Any) -> AppTest:
    """The page for r = 1.01 where x > above, 0.01 elsewhere."""
    guidance = {"kind": "reward", "reward": {"kind": "expression", "expression": f"0.01 + (x > {above})"}}
    app = AppTest.from_function(page, default_timeout=120)
    app.query_params["scene"] = to_link({**SCENE, "guidance": guidance, "score": {"kind": "network", **score}})
    app.run()
    assert not app.exception
    return app


def left(share: float) -> float:
    """(E r)^2 / E r^2 where r is 1.01 on a share and 0.01 elsewhere."""
    return (0.01 + share) ** 2 / (1.01**2 * share + 0.01**2 * (1 - share))


@pytest.mark.slow
@pytest.mark.parametrize(("above", "warned"), [(0.0, False), (2.2, True)])
def test_the_effective_sample_size_is_told_and_warned_of_below_five_per_cent(above: float, warned: bool) -> None:
    app = shown(above)
    place, other = (app.warning, app.caption) if warned else (app.caption, app.warning)
    (words,) = [item.value for item in place if "Effective sample size" in item.value]
    assert not any("Effective sample size" in item.value for item in other)
    told = float(words.split("**")[1].split(" %")[0]) / 100
    share = 0.5 * math.erfc(above / 2**0.5)
    reach = 5 * math.sqrt(share * (1 - share) / DRAWN)  # five standard errors: one false alarm in two million
    low, high = sorted((left(share - reach), left(share + reach)))
    assert low * 0.995 <= told <= high * 1.005  # told with three digits


@pytest.mark.slow
def test_exact_targets_are_said_to_use_the_known_density() -> None:
    assert not any("known density" in item.value for item in shown(0.0).info)
    assert any("known density" in item.value for item in shown(0.0, recipe={"objective": "exact"}).info)


@pytest.mark.slow
def test_what_can_be_trained_follows_the_scene() -> None:
    app = shown(0.0)
    box = next(item for item in app.selectbox if item.label == "Train")
    assert [option for option in box.options if "tilted" in option] and box.value == "all"
    steps = next(item for item in app.number_input if item.label == "Steps")
    assert steps.value == 4000
