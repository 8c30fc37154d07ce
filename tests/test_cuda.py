"""On CUDA the same laws, scores and sweeps as on the CPU.

Tests marked `cuda` need such a device and are skipped without one. What can be known without one is tested always: torch's
``meta`` device stands in for it, where a tensor that stayed on the CPU cannot be mixed with those of the device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from torch import Tensor

from gdviz.checkpoints import task_for
from gdviz.device import pick_device
from gdviz.diffusion import Noise, TileNoise
from gdviz.experiment import Built, Experiment
from gdviz.family import Family
from gdviz.guidance import GUIDANCE, Guide
from gdviz.result import Result, run
from gdviz.rewards import REWARDS, RewardContext, build_reward
from gdviz.samplers import SAMPLERS
from gdviz.scores import ScoresContext
from gdviz.targets import TARGETS
from gdviz.training import untrained

TARGET = {
    "kind": "gaussian_mixture",
    "components": [
        {"weight": 1, "mean": [0, 0], "covariance": [[1, 0.3], [0.3, 0.5]], "label": "a"},
        {"weight": 2, "mean": [2, 1], "covariance": [[0.3, 0], [0, 0.4]], "label": "b"},
    ],
}
HILL = {"kind": "reward", "reward": {"kind": "expression", "expression": "0.2 + exp(-((x-2)**2 + (y-1)**2)/4)"}}
CFG = {"kind": "cfg", "label": "b"}
ROLL = {"kind": "swiss_roll", "n": 1000}  # so many atoms are done as attention
Z = 6.0  # two-sided false-alarm rate 2e-9 a comparison, a hundred of them with fixed seeds


def experiment(**parts: Any) -> Experiment:
    asked = {"target": TARGET, "guidance": CFG, "sampler": {"kind": "ddpm", "steps": 24}, "w": [0, 1.5], "particles": 300}
    return Experiment.parse({**asked, **parts})


# --- without a device: nothing stays on the CPU --------------------------------------------------


@dataclass
class Nowhere(Noise):
    """Increments with a shape and no values."""

    dimension: int

    def start(self) -> Tensor:
        return torch.empty(256, self.dimension, device="meta")

    def step(self, moment: Any) -> Tensor:
        return self.start()

    def uniform(self, moment: Any) -> Tensor:
        return torch.empty(256, dtype=torch.float64, device="meta")

    def again(self, draw: int) -> Noise:
        return self


def examples(family: Family) -> list[Any]:
    return [
        pytest.param({"kind": name, **example}, id=f"{name}-{k}")
        for name, kind in family.kinds.items()
        for k, example in enumerate(kind.examples)
    ]


def goes_through(built: Built) -> None:
    """Run the sampler, and read what a sweep and its page read, with tensors of the stand-in."""
    x = torch.empty(2, 256, built.law.dimension, device="meta")
    guide = Guide(built.plan.rule, torch.empty(2, 1, 1, device="meta"), built.plan.end_reward)
    try:
        with torch.no_grad():
            for step in built.sampler.run(guide, built.levels, Nowhere(built.law.dimension), x):
                ratio = step.guided.log_ratio
                read = [step.x, step.guided.base, step.guided.push, *([] if ratio is None else [ratio()])]
                assert {part.device.type for part in read} == {"meta"}
            assert built.law.nearest(x).device.type == built.law.log_density(x, 0.1).device.type == "meta"
    except RuntimeError as error:
        if "item() cannot be called" not in str(error):
            raise
        pytest.skip("looks at a value, which the stand-in does not have")


@pytest.mark.parametrize("target", examples(TARGETS))
def test_targets_follow_their_points(target):
    if TARGETS.parse(target).build().by_samples:
        pytest.skip("known by samples alone: it has no exact score to follow them")
    goes_through(experiment(target=target, guidance={"kind": "none"}).build())


@pytest.mark.parametrize("guidance", examples(GUIDANCE))
def test_guidance_follows_its_points(guidance):
    goes_through(experiment(guidance=guidance, score=GUIDANCE.kinds[guidance["kind"]].example_score).build())


@pytest.mark.parametrize("reward", examples(REWARDS))
def test_rewards_follow_their_points(reward):
    if REWARDS.kinds[reward["kind"]].gives == "potential":
        reward = {"kind": "exp", "of": reward}
    law = experiment().build().law
    built = build_reward(REWARDS.parse(reward), RewardContext(law.dimension, law.log_posterior, law.labels))
    assert built.log(torch.empty(2, 256, 2, device="meta")).device.type == "meta"


@pytest.mark.parametrize("sampler", examples(SAMPLERS))
def test_samplers_follow_their_points(sampler):
    if sampler["kind"] in ("smc", "best_of_n"):
        pytest.skip("who survives depends on values, which the stand-in has none of")
    goes_through(experiment(sampler={**sampler, "steps": 6}).build())


def test_what_stays_behind_is_seen():
    built = experiment().build()
    kept = torch.ones(256, 2)
    rule = built.plan.rule
    wrong = replace(built.plan, rule=lambda x, moment, memory: rule(x + kept, moment, memory))
    with pytest.raises(RuntimeError, match="device"):
        goes_through(replace(built, plan=wrong))


# --- on the device -------------------------------------------------------------------------------


@pytest.fixture
def cuda() -> torch.device:
    return pick_device("cuda")


def points(n: int = 4096) -> Tensor:
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64) * 2  # [n, d]


def gap(found: Tensor, wanted: Tensor) -> float:
    """Largest error relative to the size of what is wanted."""
    return float((found.cpu().double() - wanted).abs().max() / (1 + wanted.abs().max()))


LAWS = {"mixture": TARGET, "atoms": {"kind": "moons"}, "atoms as attention": ROLL, "grid": {"kind": "checkerboard"}}


@pytest.mark.cuda
@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("t", [0.9, 0.3, 0.02])
def test_exact_scores(cuda, name, t):
    """In float64 the same; in float32 as near to float64 as on the CPU, up to another order of sums."""
    law, x = experiment(target=LAWS[name], guidance={"kind": "none"}).build().law, points()
    for read in (law.score, law.log_density):
        exact = read(x, t)
        assert gap(read(x.to(cuda), t), exact) <= 1e-10
        single = x.float()
        assert gap(read(single.to(cuda), t), exact) <= 4 * gap(read(single, t), exact) + 1e-6


@pytest.mark.cuda
@pytest.mark.parametrize(
    "parts",
    [
        {},  # nested weights: SharedPair with two groups
        {"target": ROLL, "guidance": HILL},  # weights that differ a little: one softmax, as attention
        {"target": {"kind": "moons"}, "guidance": HILL},  # the same, without attention
        {"guidance": HILL},  # a tilt on a grid
        {"guidance": {"kind": "apg", "label": "b"}},  # a rule with memory
    ],
)
def test_guided_scores(cuda, parts):
    rules = [experiment(**parts).build() for _ in range(2)]
    moment = list(rules[0].levels.moments())[12]
    w, x = torch.tensor([0.0, 3.0], dtype=torch.float64)[:, None, None], points().expand(2, -1, -1)  # [W, 1, 1], [W, n, d]
    here, there = Guide(rules[0].plan.rule, w)(x, moment), Guide(rules[1].plan.rule, w.to(cuda))(x.to(cuda), moment)
    assert gap(there.base, here.base) <= 1e-9 and gap(there.total, here.total) <= 1e-9
    assert (here.log_ratio is None) == (there.log_ratio is None)
    if here.log_ratio is not None and there.log_ratio is not None:
        assert gap(there.log_ratio(), here.log_ratio()) <= 1e-9


@pytest.mark.cuda
def test_a_networks_guided_scores(cuda):
    asked = experiment(score={"kind": "network"})
    built = asked.build(ScoresContext(trained=lambda wanted: untrained(task_for(asked, wanted))))
    moment = list(built.levels.moments())[12]
    x = points().float()
    here, there = (Guide(built.plan.rule, 2.0)(x.to(device), moment).total for device in ("cpu", cuda))
    assert gap(there, here.double()) <= 1e-4


@pytest.mark.cuda
def test_noise_belongs_to_the_particle(cuda):
    def draw(first: int, count: int) -> Tensor:
        return TileNoise(5, 2, first, count, device=cuda).start()

    whole = draw(0, 4096)
    assert torch.equal(whole[1024:2048], draw(1024, 1024)) and torch.equal(whole[:3000], draw(0, 3000))
    assert abs(float(whole.mean())) <= Z / math.sqrt(whole.numel())
    assert abs(float(whole.var()) - 1) <= Z * math.sqrt(2 / whole.numel())


SWEEPS = {"cfg": {}, "reward": {"guidance": HILL}, "atoms": {"target": ROLL, "guidance": HILL}}


def swept(name: str, device: str, seed: int) -> Result:
    asked = experiment(**SWEEPS[name], particles=6000, seed=seed, sampler={"kind": "ddpm", "steps": 100})
    return run(asked, device=device, step_change=False, frame_particles=64)


@pytest.mark.cuda
@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_is_the_cpus_statistically(name):
    """Independent noise on the two devices: moments and rows differ by no more than their standard errors allow."""
    here, there = swept(name, "cpu", 1), swept(name, "cuda", 2)
    assert (here.versions["device"], there.versions["device"]) == ("cpu", "cuda")
    for k in range(len(here.samples)):
        for power in (1, 2):
            a, b = (torch.from_numpy(result.samples[k]).double() ** power for result in (here, there))  # [N, d]
            error = ((a.var(0) + b.var(0)) / len(a)).sqrt()
            assert bool(((a.mean(0) - b.mean(0)).abs() <= Z * error).all()), (k, power)
    for a, b in zip(here.rows, there.rows, strict=True):
        assert a.nonfinite == b.nonfinite == 0
        for value, se in (("mean_reward", "se_reward"), ("path_kl", "se_path_kl")):
            (x, dx), (y, dy) = ((getattr(row, value), getattr(row, se)) for row in (a, b))
            assert (x is None) == (y is None)
            assert x is None or abs(x - y) <= Z * math.hypot(dx, dy), (value, a.w)


@pytest.mark.cuda
def test_a_run_again_gives_the_same_numbers():
    first, second = swept("cfg", "cuda", 1), swept("cfg", "cuda", 1)
    assert first.rows == second.rows and (first.samples == second.samples).all() and (first.frames == second.frames).all()
