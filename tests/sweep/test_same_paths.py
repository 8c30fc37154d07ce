"""Noise belongs to the particle: chunks, the w list and the particle count change no path."""

from __future__ import annotations

import pytest
import torch

from gdviz.diffusion import CoarseNoise, TileNoise
from gdviz.diffusion.noise import TILE
from gdviz.diffusion.spacings.logit import Logit
from gdviz.guidance import GuidanceContext
from gdviz.guidance.apg import Apg
from gdviz.guidance.cfg import Cfg
from gdviz.laws import FullComponents, Mixture
from gdviz.samplers.ancestral import Ancestral
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.heun import Heun
from gdviz.scores.exact import ExactScores
from gdviz.sweep import Chunk, Frames, SweepOptions, sweep
from gdviz.sweep import options as sweep_module

LAW = Mixture(
    FullComponents(torch.tensor([[0.0, 0], [2, 0], [1, 2]]), torch.eye(2).repeat(3, 1, 1) * 0.4),
    torch.zeros(3),
    torch.tensor([0, 1, 1]),
    ("a", "b"),
)
GUIDANCE = {"cfg": Cfg(label="b"), "apg": Apg(label="b")}
LEVELS = Logit().build(12)


def ends(kind="cfg", sampler=None, w=(0.0, 2.0), particles=2500, seed=0, **options):
    plan = GUIDANCE[kind].build(GuidanceContext(LAW, ExactScores()))
    items = sweep(plan, sampler or Ddpm(), LEVELS, SweepOptions(tuple(w), particles, seed, **options))
    chunks = [item for item in items if isinstance(item, Chunk)]
    assert [c.first for c in chunks] == [sum(c.x.shape[1] for c in chunks[:k]) for k in range(len(chunks))]
    return torch.cat([c.x for c in chunks], 1)


@pytest.mark.parametrize("kind", ["cfg", "apg"])
@pytest.mark.parametrize("sampler", [Ddpm(), Heun()], ids=lambda s: s.kind)
def test_chunks_change_nothing(kind, sampler, monkeypatch):
    whole = ends(kind, sampler)
    for values in (1, 4 * TILE, 8 * TILE):
        monkeypatch.setattr(sweep_module, "CHUNK_VALUES", values)
        assert torch.equal(ends(kind, sampler), whole)


def test_more_particles_leave_the_first_ones_where_they_were():
    many = ends(particles=5000)
    for fewer in (2, 1023, 1024, 1025, 2500):
        assert torch.equal(ends(particles=fewer), many[:, :fewer])


def test_leaving_the_integrals_out_changes_no_path():
    assert torch.equal(ends(observers=()), ends())
    plan = GUIDANCE["cfg"].build(GuidanceContext(LAW, ExactScores()))
    (chunk,) = (c for c in sweep(plan, Ddpm(), LEVELS, SweepOptions((2.0,), 8, 0, observers=())) if isinstance(c, Chunk))
    assert chunk.gain is None and chunk.path_kl is None


def test_other_w_leave_the_paths_where_they_were():
    many = ends(w=(0.0, 0.5, 2.0, 7.0, -1.0, 30.0, 0.1))
    assert torch.equal(ends(w=(2.0,))[0], many[2])
    assert torch.equal(ends(w=(-1.0, 0.0)), many[[4, 0]])


def test_the_seed_decides():
    assert torch.equal(ends(seed=5), ends(seed=5))
    assert not torch.equal(ends(seed=5), ends(seed=6))


def test_halved_runs_follow_the_same_particles():
    """Coupled noise: the half-step run ends near the full one, an independent run does not."""
    fine, coarse, other = ends(sampler=Ancestral()), ends(sampler=Ancestral(), halvings=1), ends(sampler=Ancestral(), seed=1)
    near = (fine - coarse).square().sum(-1).mean(-1)  # [W]
    far = (fine - other).square().sum(-1).mean(-1)
    assert bool((near < far / 2).all())


@pytest.mark.parametrize("steps", [12, 13])
def test_halved_noise_is_unit_noise_of_the_two_steps_it_replaces(steps):
    fine_levels = Logit().build(steps)
    coarse = CoarseNoise(TileNoise(0, 1, 0, 1), fine_levels)
    moments = list(fine_levels.moments())
    for moment in fine_levels.halved().moments():
        pair = moments[2 * moment.index : 2 * moment.index + 2]
        shares = []
        for chosen in pair:
            coarse.fine = Indicator(chosen.index)
            shares.append(float(coarse.step(moment)))
        assert sum(share**2 for share in shares) == pytest.approx(1, abs=1e-6)
        assert all(share > 0 for share in shares)
        # and the two increments weigh as the two steps add to the variance
        if len(pair) == 2:
            assert (shares[1] / shares[0]) ** 2 == pytest.approx(pair[0].a * pair[1].beta / pair[0].beta, rel=1e-5)


class Indicator(TileNoise):
    """1 at one step and 0 at the others."""

    def __init__(self, index: int) -> None:
        self.index = index

    def step(self, moment):
        return torch.full((1, 1), float(moment.index == self.index))


def test_positions_are_kept_at_the_frames_asked_for():
    plan = GUIDANCE["cfg"].build(GuidanceContext(LAW, ExactScores()))
    frames = LEVELS.uniform_frames(5)
    options = SweepOptions((0.0, 1.0), 100, 0, observers=(Frames(tuple(frames.tolist()), 7),))
    (chunk,) = (c for c in sweep(plan, Ddpm(), LEVELS, options) if isinstance(c, Chunk))
    assert chunk.frames.shape == (2, 7, len(frames), 2)
    assert torch.equal(chunk.frames[:, :, -1], chunk.x[:, :7])
    assert torch.equal(chunk.frames[0, :, 0], chunk.frames[1, :, 0])  # one start for all w
    assert torch.equal(chunk.frames[0, :, 0], TileNoise(0, 2, 0, 7).start())
