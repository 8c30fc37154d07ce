"""What is worked out for a level belongs to the run that asks for it again: laws remember nothing, and are never changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from gdviz.laws import FullComponents, Given, Mixture, TiltedBy, pair
from gdviz.laws.components import Components
from gdviz.laws.grid_tilt import GridTilt
from gdviz.laws.grid_tilt_table import RewardTable
from gdviz.laws.tilt import tilt
from gdviz.rewards import REWARDS, RewardContext, build_reward
from gdviz.scores.exact import ExactScores

LEVELS = (0.9, 0.5, 0.1)
X = torch.randn(64, 1, generator=torch.Generator().manual_seed(0))


def mixture() -> Mixture:
    components = FullComponents(torch.tensor([[-1.0], [0.5], [2.0]]), torch.tensor([0.3, 1.0, 0.5])[:, None, None])
    return Mixture(components, torch.tensor([0.1, 0.0, -0.3]), torch.tensor([0, 1, 1]), ("a", "b"))


def reward(kind: dict | None = None):
    law = mixture()
    context = RewardContext(law.dimension, law.log_posterior, law.labels)
    return build_reward(REWARDS.parse(kind or {"kind": "exp", "of": {"kind": "linear", "direction": [1]}}), context)


def grid() -> GridTilt:
    return GridTilt(mixture(), reward({"kind": "expression", "expression": "1 + abs(x)"}), "tilted")


RUNS = {
    "nested": lambda: (law := mixture(), pair(law.given("b"), law)),
    "tilted": lambda: (law := mixture(), pair(tilt(law, reward()), law)),
    "single": lambda: (law := mixture(), ExactScores().single(law)),
    "grid": lambda: (law := grid(), pair(law, law.base)),
    "apart": lambda: (law := grid(), pair(law, mixture())),
}


@pytest.fixture
def made(monkeypatch) -> list[float]:
    """Levels for which coefficients or surfaces were worked out."""
    seen: list[float] = []
    for owner, name in ((FullComponents, "coefficients"), (RewardTable, "_surface")):
        plain = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda self, t, *rest, plain=plain: (seen.append(t), plain(self, t, *rest))[1])
    return seen


def ask(run) -> None:
    for t in LEVELS:
        found = run(X, t)
        if isinstance(found, tuple):
            found.log_ratio()


@pytest.mark.parametrize("name", RUNS)
def test_a_run_works_a_level_out_once_and_another_run_begins_anew(name, made):
    _, run = RUNS[name]()
    made.clear()
    ask(run)
    first = len(made)
    assert first >= len(LEVELS)
    ask(run)
    assert len(made) == first, "the second chunk of particles asks for nothing new"
    _, other = RUNS[name]()
    made.clear()
    ask(other)
    assert len(made) == first


@pytest.mark.parametrize("make", [mixture, grid])
def test_a_law_remembers_nothing(make, made):
    law = make()
    for _ in range(2):
        made.clear()
        law.score(X, 0.5), law.log_density(X, 0.5)
        assert made and 0.5 in made
    run = law.remembering()
    made.clear()
    assert torch.equal(run.score(X, 0.5), law.score(X, 0.5)) and torch.equal(run.log_density(X, 0.5), law.log_density(X, 0.5))
    assert type(run) is type(law) and run.name == law.name and run.origin == law.origin


@pytest.mark.slow
def test_threads_may_share_a_pair():
    law = mixture()
    shared, levels = pair(tilt(law, reward()), law), [k / 500 for k in range(1, 500)]
    alone = [pair(tilt(law, reward()), law)(X, t).push for t in levels]
    with ThreadPoolExecutor(4) as threads:
        runs = list(threads.map(lambda _: [shared(X, t).push for t in levels], range(4)))
    assert all(torch.equal(a, b) for run in runs for a, b in zip(run, alone, strict=True))


@pytest.mark.slow
def test_what_is_done_to_a_law_is_said_by_the_new_one_alone():
    law = mixture()
    before = dict(vars(law))
    of = reward()
    assert law.given("b").origin == Given("b") and tilt(law, of).origin == TiltedBy(of)
    own = reward({"kind": "class_probability", "label": "b"})
    assert tilt(law, own).origin == TiltedBy(own), "a posterior of another law is a reward like any other"
    posterior = type(own)("b", law.log_posterior("b"))
    assert tilt(law, posterior).origin == Given("b"), "its own posterior gives the conditional law"
    assert {name: value is before[name] for name, value in vars(law).items() if name in before} == dict.fromkeys(before, True)
    assert isinstance(law.components, Components)
