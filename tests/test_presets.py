"""The presets: all load, all run, their titles name the laws they guide with."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from gdviz import presets
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.sweep import Chunk, SweepOptions, sweep

NAMES = presets.names()
KEYS = {"title", "caption", "group", "order", "experiment"}
FOLDER = Path(__file__).resolve().parent.parent / "assets" / "presets"


@pytest.fixture(scope="module", params=NAMES)
def preset(request):
    return presets.load(request.param)


@pytest.fixture(scope="module")
def built(preset):
    return preset.experiment.build()


def test_there_are_enough_and_the_asked_for_ones():
    assert len(NAMES) >= 14
    asked = {"figure-1", "surrounded-class", "ring-reward", "swiss-roll-reward", "unequal-weights", "overlapping-classes"}
    assert asked | {"far-apart-classes"} <= set(NAMES)
    assert set(NAMES) == {path.stem for path in FOLDER.iterdir()}


def test_the_first_is_what_a_first_visit_shows():
    assert NAMES[0] == presets.DEFAULT
    assert list(presets.titles()) == list(NAMES)


def test_files_say_what_they_must_and_nothing_else():
    for name in NAMES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert set(json.loads((FOLDER / f"{name}.json").read_text())) == KEYS
    orders = [json.loads((FOLDER / f"{name}.json").read_text())["order"] for name in NAMES]
    assert len(set(orders)) == len(orders)


def test_titles_differ_and_groups_keep_together():
    assert len(set(presets.titles().values())) == len(NAMES)
    groups = [presets.load(name).group for name in NAMES]
    changes = sum(a != b for a, b in pairwise(groups))
    assert changes == len(set(groups)) - 1


def test_a_title_names_the_laws(preset, built):
    plan = built.plan
    if plan.toward is None or plan.away is None:  # no pair of laws guides: the base and the goal
        assert f"from {plan.unguided.name} toward {plan.goals[0].title}" in preset.title
    elif preset.experiment.guidance.kind == "reward" and preset.experiment.guidance.form == "cost":
        assert f"away from {plan.away.name}" in preset.title
    elif preset.experiment.guidance.kind == "reward":
        assert f"from {plan.away.name} toward {plan.toward.name}" in preset.title
    else:
        assert f"toward {plan.toward.name}, away from {plan.away.name}" in preset.title


def test_captions_are_one_to_three_sentences(preset):
    assert 1 <= len(re.findall(r"[.!?](?= |$)", preset.caption)) <= 3
    assert len(preset.caption) <= 260


def test_w_is_a_grid_that_can_be_dragged_over(preset):
    w = preset.experiment.w
    assert 0.0 in w and list(w) == sorted(w) and len(w) == 13
    assert all(b - a <= 0.5 for a, b in pairwise(w) if b <= 3)


def test_sizes_are_those_of_a_scene(preset, built):
    experiment = preset.experiment
    assert 50 <= experiment.sampler.steps <= 400
    assert 1500 <= experiment.particles <= 4000
    assert experiment.frames == 60
    assert built.law.dimension <= 2


def test_it_survives_a_round_trip(preset):
    assert Experiment.from_json(preset.experiment.canonical()).id == preset.experiment.id


def test_it_runs_and_stays_finite(preset, built):
    levels = preset.experiment.sampler.levels.build(40)
    chunks = [c for c in sweep(built.plan, built.sampler, levels, SweepOptions((0.0, 1.0), 64, seed=0)) if isinstance(c, Chunk)]
    x = torch.cat([chunk.x for chunk in chunks], dim=1)
    assert x.shape == (2, 64, built.law.dimension)
    assert bool(torch.isfinite(x).all())
    assert float((x[0] - x[1]).abs().max()) > 1e-3  # guidance does something


@pytest.mark.parametrize("name", ["swiss-roll-rewards", "two_moons", "../presets/figure-1", "", "figure-1.json"])
def test_an_unknown_preset_is_refused_with_the_known_ones(name):
    with pytest.raises(GdvizError, match=r"^preset: found ") as caught:
        presets.load(name)
    assert all(known in str(caught.value) for known in NAMES)


def test_a_near_miss_is_guessed():
    with pytest.raises(GdvizError, match=re.escape("found 'two_moons' (did you mean 'two-moons'?); allowed: ")):
        presets.load("two_moons")


# --- what captions claim --------------------------------------------------------------------------


def test_the_surrounded_class_is_the_reference_case():
    reference = json.loads((Path(__file__).parent / "data" / "surrounded_class.json").read_text())["target"]
    x = torch.randn(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    ours, theirs = (
        presets.load("surrounded-class").experiment.target,
        Experiment.parse({"target": reference, "guidance": {"kind": "none"}, "w": [0]}).target,
    )
    for label in "abc":
        assert torch.allclose(ours.build().given(label).score(x, 0.2), theirs.build().given(label).score(x, 0.2))


def test_figure_1_is_the_stand_in():
    reference = json.loads((Path(__file__).parent / "data" / "figure1_stand_in.json").read_text())["target"]
    assert presets.load("figure-1").experiment.target.model_dump(mode="json") == Experiment.parse(
        {"target": reference, "guidance": {"kind": "none"}, "w": [0]}
    ).target.model_dump(mode="json")


def test_the_last_mode_of_the_ring_holds_78_percent():
    built = presets.load("ring-reward").experiment.build()
    x = built.plan.toward.sample(20_000, torch.Generator().manual_seed(0)).x
    last = torch.tensor([8**0.5, -(8**0.5)], dtype=torch.float64)
    share = float(((x - last).norm(dim=-1) < 1.5).double().mean())
    # exp(1.5 i) over i = 0..7: 1 - exp(-1.5) up to exp(-12); six standard errors are a false alarm of 2e-9.
    wanted = 1 - torch.tensor(-1.5).exp().item()
    assert share == pytest.approx(wanted, abs=6 * (wanted * (1 - wanted) / 20_000) ** 0.5 + 1e-5)
    assert round(100 * wanted) == 78


def test_the_rare_class_takes_twenty_guesses():
    assert 1 / presets.load("unequal-weights").experiment.build().law.class_probability("rare") == pytest.approx(20)


def test_the_interval_preset_is_the_spiral_with_a_schedule():
    first, later = (presets.load(name).experiment.model_dump(mode="json") for name in ("spiral-arms", "limited-interval"))
    assert first["guidance"].pop("schedule") == {"kind": "constant"}
    assert later["guidance"].pop("schedule") == {"kind": "interval", "low": 0.1, "high": 0.7}
    assert first == later
    assert "between 0.1 and 0.7" in presets.load("limited-interval").caption


def test_apg_shares_its_target_with_the_pinwheel():
    assert presets.load("apg").experiment.target == presets.load("pinwheel").experiment.target
