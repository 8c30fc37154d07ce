"""A sweep cut into parts gives the numbers of the whole sweep, bit for bit, wherever the parts are run."""

from __future__ import annotations

import pickle

import pytest
import torch
from experiments import changed

from gdviz.experiment import Experiment
from gdviz.progress import Progress
from gdviz.result import run, stream
from gdviz.sweep import Chunk, Frames, Integrals, Paths, SweepOptions, chunks, fitting
from gdviz.sweep_request import SweepRequest

CUT = changed("particles", 5000)
RUNS = {
    "cfg": CUT,
    "reward": {**CUT, "guidance": {"kind": "reward", "reward": {"kind": "expression", "expression": "1 + exp(-x*x - y*y)"}}},
    "momentum": {**CUT, "guidance": {"kind": "apg", "label": "b"}, "w": [4]},
    "atoms": {**CUT, "target": {"kind": "moons"}, "guidance": {"kind": "none"}},
    "two draws a step": {**CUT, "sampler": {"kind": "churn", "steps": 20}},
}


def request(experiment: dict, **options: object) -> SweepRequest:
    parsed = Experiment.parse(experiment)
    observers = Integrals(), Frames((0, 4, 10), 2500)
    return SweepRequest(parsed, SweepOptions(parsed.all_w, parsed.particles, parsed.seed, observers=observers, **options), 2)


def filed(chunk_list: list[Chunk], w: int) -> Paths:
    paths = Paths(w, 5000, 2, 2500, 3)
    for chunk in chunk_list:
        paths.take(chunk)
    return paths


def sent(part: SweepRequest) -> list[Chunk]:
    """Run a part as if it had travelled."""
    return [item for item in pickle.loads(pickle.dumps(part)).run() if isinstance(item, Chunk)]


def equal(a: torch.Tensor | None, b: torch.Tensor | None) -> bool:
    return a is b if a is None or b is None else torch.equal(a, b)


@pytest.mark.parametrize("halved", [False, True])
@pytest.mark.parametrize("name", RUNS)
def test_parts_are_the_whole_exactly(name, halved):
    asked = request(RUNS[name], halvings=int(halved))
    w = len(Experiment.parse(RUNS[name]).all_w)
    whole = filed(sent(asked), w)
    parts = asked.parts(at_least=4)
    assert [part.options.first for part in parts] == [0, 1024, 2048, 3072, 4096]
    cut = filed([chunk for part in reversed(parts) for chunk in sent(part)], w)
    for field in ("x", "gain", "path_kl", "frames"):
        assert equal(getattr(whole, field), getattr(cut, field)), field


def test_a_part_in_the_middle_stands_where_it_belongs():
    part = request(CUT).parts(at_least=5)[2]
    (chunk,) = sent(part)
    assert (chunk.first, chunk.x.shape[1], chunk.frames.shape[1]) == (2048, 1024, 2500 - 2048)
    done = [item.done for item in part.run() if isinstance(item, Progress)]
    assert done == sorted(done) and done[0] > 0 and done[-1] == 1


def test_without_workers_parts_are_the_loops_own_chunks():
    for gradual in (False, True):
        asked = request(changed("particles", 300_000), gradual=gradual)
        cut = list(chunks(300_000, fitting(2 * len(asked.options.w)), gradual))
        assert [(p.options.first, p.options.particles) for p in asked.parts()] == cut


@pytest.mark.parametrize("count, at_least, sizes", [(2, 9, [2]), (1025, 9, [1024, 1]), (9000, 4, [2048] * 4 + [808])])
def test_parts_are_whole_tiles(count, at_least, sizes):
    assert [part.options.particles for part in request(changed("particles", count)).parts(at_least)] == sizes


@pytest.mark.slow
def test_a_run_gives_the_same_result_through_an_executor():
    seen = []

    def executor(asked: SweepRequest, built: object):
        for part in asked.parts(at_least=3):
            seen.append(part)
            yield Progress(part.options.first / asked.options.particles)
            yield from (item for item in pickle.loads(pickle.dumps(part)).run() if isinstance(item, Chunk))

    here, there = (run(CUT, device="cpu", frame_particles=100, executor=e) for e in (None, executor))
    assert len(seen) == 5 + 2 and seen[-1].options.halvings, "the run and its run at half the steps"
    assert here.rows == there.rows
    assert (here.samples == there.samples).all() and (here.frames == there.frames).all()
    partial = [item for item in stream(CUT, device="cpu", executor=executor) if not isinstance(item, Progress)]
    assert [len(item.samples[0]) for item in partial][-1] == 5000 and len(partial) > 2
