"""The tour points at things that are there, and says true things about the first scene."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from gdviz.cards import cards_page
from gdviz.presets import DEFAULT, load, titles
from gdviz.rewards import REWARDS, RewardContext, check_positive

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
PROSE = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
PATTERNS = ("gdviz/ui/**/*.py", "gdviz/player/**/*.js", "pages/*.py", "app.py")
SOURCES = [path for pattern in PATTERNS for path in ROOT.glob(pattern)]
SCREEN = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES) + cards_page()
# Names that the page makes from the scene: "mean of " and the reward's own name.
MADE = {"mean of p(b | x)": "mean of ${names.reward}", "mean of 1 / p(b | x)": "mean of ${names.reciprocal}"}


@pytest.mark.parametrize("words", sorted(set(re.findall(r"\*\*([^*]+)\*\*", PROSE)) - {"the noise is the same"}))
def test_bold_words_are_on_the_screen(words):
    assert MADE.get(words, words) in SCREEN


def test_presets_it_names_exist():
    for start in re.findall(r"Preset \*([^*]+)\*", PAGE):
        assert any(title.startswith(start) for title in titles().values()), start


def test_the_first_scene_is_the_one_described():
    experiment = load(DEFAULT).experiment
    built = experiment.build()
    assert built.law.labels and len(built.law.labels) == 3
    assert experiment.guidance.label == "b"
    assert built.law.class_probability("b") == pytest.approx(1 / 3)


def test_its_numbers_of_1_over_p_are_right():
    """Shares of 10^5 exact samples of p(. | b); the bounds of the words are four standard errors away or more."""
    plan = load(DEFAULT).experiment.build().plan
    x = plan.unguided.sample(100_000, torch.Generator().manual_seed(0)).x
    asked = (-plan.reward.log(x)).exp()
    below, ten, hundred = (float((asked < 2).double().mean()), *(float((asked > n).double().mean()) for n in (10, 100)))
    assert 0.65 < below < 0.75 and 1 / 30 < ten < 1 / 20 and 1 / 2000 < hundred < 1 / 700
    words = "Seven dots in ten need fewer than two, one in twenty-five more than ten, one in a thousand more than a hundred"
    assert words in " ".join(PAGE.split())


REWARDS_SHOWN = [*re.findall(r"^```expression\n(.*)\n```", PAGE, flags=re.MULTILINE), "0.1 + (radius < 2)"]


@pytest.mark.parametrize("expression", REWARDS_SHOWN)
def test_its_rewards_are_rewards(expression):
    assert expression in PAGE
    points = load(DEFAULT).experiment.build().law.sample(1000, torch.Generator().manual_seed(1)).x
    kind = REWARDS.parse({"kind": "expression", "expression": expression})
    check_positive(kind.build(RewardContext(2)), points, kind)
