"""An observer is told of the start and of every step, and what it reads is filed with the particles."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from gdviz.diffusion import TileNoise
from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import GuidanceContext
from gdviz.guidance.cfg import Cfg
from gdviz.laws import FullComponents, Mixture
from gdviz.progress import Progress
from gdviz.samplers.ddpm import Ddpm
from gdviz.scores.exact import ExactScores
from gdviz.sweep import Chunk, Frames, Integrals, Observer, ObserverKind, SweepOptions, gathered, sweep

LAW = Mixture(FullComponents(torch.tensor([[0.0, 0], [2, 0]]), torch.eye(2).repeat(2, 1, 1) * 0.4), torch.zeros(2),
              torch.tensor([0, 1]), ("a", "b"))  # fmt: skip
PLAN = Cfg(label="b").build(GuidanceContext(LAW, ExactScores()))
LEVELS = Logit().build(12)


@dataclass(frozen=True)
class Farthest(ObserverKind):
    """The largest |x|^2 along each path, and the levels that were passed."""

    def build(self, context):
        return _Farthest(context)


class _Farthest(Observer):
    def __init__(self, context):
        self.context, self.indices = context, []

    def start(self, x):
        self.largest = x.square().sum(-1)  # [W, n]

    def step(self, step):
        self.indices.append(step.moment.index)
        self.largest = torch.maximum(self.largest, step.x.square().sum(-1))

    def readings(self):
        assert self.indices == list(range(self.context.levels.steps))
        return {"farthest": self.largest}


def run(particles=2500, **options):
    return gathered(sweep(PLAN, Ddpm(), LEVELS, SweepOptions((0.0, 3.0), particles, 1, **options)))


def test_readings_belong_to_the_particles_and_are_those_of_the_frames():
    found = run(observers=(Farthest(), Frames(tuple(range(13)), 2500)))
    assert found.readings["farthest"].shape == found.x.shape[:2] == (2, 2500)
    assert torch.equal(found.readings["farthest"], found.frames.square().sum(-1).amax(-1))
    cut = run(1200, first=1024, observers=(Farthest(),))
    assert torch.equal(cut.readings["farthest"], found.readings["farthest"][:, 1024:2224])


def test_observers_do_not_see_each_other_and_change_no_path():
    alone, together = run(observers=(Integrals(),)), run(observers=(Farthest(), Integrals()))
    assert torch.equal(alone.gain, together.gain) and torch.equal(alone.path_kl, together.path_kl)
    assert torch.equal(alone.x, run(observers=()).x) and not run(observers=()).readings


def test_frames_end_with_the_particles_asked_for():
    chunks = [item for item in sweep(PLAN, Ddpm(), LEVELS, SweepOptions((1.0,), 3000, 0, gradual=True,
              observers=(Frames((0, 12), 1500),))) if isinstance(item, Chunk)]  # fmt: skip
    assert [None if chunk.frames is None else chunk.frames.shape[1] for chunk in chunks] == [1024, 476, None]
    assert gathered(iter(chunks)).frames.shape == (1, 1500, 2, 2)


def test_halvings_are_coupled_through_the_same_start_and_repeat_the_halving_of_the_levels():
    start = TileNoise(1, 2, 0, 256).start()  # [n, d]
    for halvings, steps in enumerate((12, 6, 3)):
        found = run(256, halvings=halvings, observers=(Farthest(), Frames((0, steps), 256)))
        assert torch.equal(found.frames[0, :, 0], start) and torch.equal(found.frames[:, :, 1], found.x)


def test_what_is_told_of_the_progress_is_passed_on():
    heard: list[float] = []
    gathered(sweep(PLAN, Ddpm(), LEVELS, SweepOptions((1.0,), 300, 0)), heard.append)
    items = [item.done for item in sweep(PLAN, Ddpm(), LEVELS, SweepOptions((1.0,), 300, 0)) if isinstance(item, Progress)]
    assert heard == items and heard[-1] == 1
