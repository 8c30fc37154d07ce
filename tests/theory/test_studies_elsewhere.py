"""The studies' sweeps, cut into parts that travel and are built where they arrive: the same numbers, bit for bit."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import numpy as np
import pytest

from gdviz.errors import GdvizError
from gdviz.experiment import Built, Experiment
from gdviz.presets import load
from gdviz.progress import Progress
from gdviz.scores.exact import Exact
from gdviz.sweep import Chunk
from gdviz.sweep_request import RunExperiment, SweepRequest
from gdviz.theory.error_effect import ErrorStudy
from gdviz.theory.martingale import LevelPaths, MartingaleStudy
from gdviz.theory.step_size import StepStudy
from gdviz.theory.subject import Subject
from gdviz.theory.winners import winners

W = (0.0, 2.0)
PARTICLES = 2500  # two tiles and a ragged end

seen: list[SweepRequest] = []


def far(request: SweepRequest, built: Built) -> Iterator[Progress | Chunk]:
    """An executor that sends each part away as bytes; the parts are run in another order than they are handed over."""
    parts = [pickle.dumps(part) for part in request.parts(at_least=3)]
    found = {}
    for k in reversed(range(len(parts))):
        part = pickle.loads(parts[k])
        seen.append(part)
        (found[k],) = (item for item in part.run() if isinstance(item, Chunk))
        yield Progress((len(parts) - k) / len(parts))
    yield from (found[k] for k in sorted(found))


def experiment(name: str = "figure-1", **changes: object) -> Experiment:
    preset = load(name).experiment.model_dump(mode="json")
    return Experiment.parse({**preset, "sampler": {"kind": "ddpm", "steps": 40}, "w": W, **changes})


def subject(of: Experiment) -> tuple[Subject, RunExperiment]:
    built = of.build()
    return Subject.of_plan(built.plan, built.sampler, built.levels), RunExperiment(of, built, far)


@pytest.mark.parametrize("halved", [False, True])
def test_along_the_denoising(halved):
    about, executor = subject(experiment("line-reward"))
    study = MartingaleStudy(about, W, 3, PARTICLES)
    here, there = (study.paths(0, PARTICLES, halved=halved, executor=e) for e in (None, executor))
    assert np.array_equal(here.value, there.value) and np.array_equal(here.integral, there.integral)
    chunks = [LevelPaths.of(item) for item in executor(study.options(PARTICLES, halved=halved)) if isinstance(item, Chunk)]
    assert len(chunks) == 3 and np.array_equal(LevelPaths.joined(chunks).value, here.value)


def test_steps():
    about, executor = subject(experiment())
    study = StepStudy(about, W, 3, PARTICLES)
    seen.clear()
    assert np.array_equal(study.ends(0, PARTICLES), study.ends(0, PARTICLES, executor=executor))
    assert {part.options.halvings for part in seen} == set(range(len(study.grids)))


def test_winners():
    about, executor = subject(experiment())
    here, there = (winners(about, 2.0, PARTICLES, 3, executor=e) for e in (None, executor))
    assert np.array_equal(here.after, there.after)
    assert np.array_equal(here.losers.after, there.losers.after) and np.array_equal(here.winners.before, there.winners.before)


def test_the_effect_of_an_error():
    """Each of the two sweeps carries the other Experiment, from which its observer builds the other plan."""
    wrong = experiment(score={"kind": "perturbed", "of": {"kind": "exact"}, "error": {"kind": "field", "size": 0.2}})
    exact = wrong.model_copy(update={"score": Exact()})
    pair = exact.build(), wrong.build()
    study = ErrorStudy(pair[0].plan, pair[1].plan, wrong.sampler, pair[0].levels, W, 3)
    executors = RunExperiment(exact, pair[0], far), RunExperiment(wrong, pair[1], far)
    here, there = (study.paths(0, PARTICLES, executors=e) for e in (None, executors))
    assert all(np.array_equal(a, b) for a, b in zip(here.arrays, there.arrays, strict=True))
    assert not np.array_equal(here.exact, here.wrong)


def test_what_cannot_be_read_is_said_where_it_runs():
    about, _ = subject(experiment())
    options = MartingaleStudy(about, W, 3, PARTICLES).options(PARTICLES)
    free = experiment(guidance={"kind": "none"})
    with pytest.raises(GdvizError, match="without an improvement identity"):
        list(RunExperiment(free, free.build(), far)(options))
