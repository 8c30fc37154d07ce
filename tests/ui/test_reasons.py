"""What a page says where a number is missing is the reason, and no more than that."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gdviz.metrics.mean import Mean
from gdviz.ui.curves.results import _reason
from gdviz.ui.theory.words import sentence

NAMES = SimpleNamespace(f="1 / r(x)")
KNOWN, UNKNOWN, BANDLESS = Mean(2.0, 0.1), Mean(None, None), Mean(2.0, None)


def along(*values: Mean) -> str:
    """The sentence on several w whose means are these and none of which can be held against the identity."""
    rows = [SimpleNamespace(w=float(w), value=(value,), gap=(UNKNOWN,)) for w, value in enumerate(values)]
    return sentence("along", SimpleNamespace(names=NAMES, rows=rows))


def steps(*values: Mean) -> str:
    """That on step sizes, where no change against the finest run is known."""
    row = SimpleNamespace(steps=50, mean=values, shift=(UNKNOWN,) * len(values))
    return sentence("steps", SimpleNamespace(names=NAMES, rows=[row], w=tuple(float(w) for w in range(len(values)))))


@pytest.mark.parametrize("say", [along, steps])
def test_too_heavy_at_every_w_is_said_where_it_is(say) -> None:
    assert say(UNKNOWN, UNKNOWN) == "The mean of 1 / r(x) is not estimable here: its tail is too heavy at every w."


@pytest.mark.parametrize("say", [along, steps])
@pytest.mark.parametrize("found", [KNOWN, BANDLESS])
def test_and_not_above_a_table_that_estimates_one(say, found) -> None:
    said = say(UNKNOWN, found)
    assert said.startswith("The mean of 1 / r(x) is estimated at w = 1, but at no w can it") and "every w" not in said


@pytest.mark.parametrize(
    ("key", "running", "complete", "said"),
    [
        ("distance", True, False, "Comes with the finished run."),
        ("distance", False, False, "Not computed: the run was stopped before its end, where the distances are measured."),
        ("distance", False, True, "Does not apply to this method or sampler."),
        ("path_kl", False, False, "Does not apply to this method or sampler."),
    ],
)
def test_a_distance_that_was_not_computed_does_apply(key, running, complete, said) -> None:
    assert _reason(key, SimpleNamespace(identity_of=None), running, complete) == said
