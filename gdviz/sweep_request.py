"""A sweep as a request that can be cut into parts and run anywhere: the noise belongs to the particle, so the numbers stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from gdviz.checkpoints import build_stored
from gdviz.device import far_device, pick_device
from gdviz.experiment import Built, Experiment
from gdviz.guidance import Plan
from gdviz.progress import Progress
from gdviz.sweep import Chunk, PlanExecutor, PlanHere, PlanSource, SweepOptions, sweep


@dataclass(frozen=True)
class SweepRequest:
    """A sweep of an Experiment's plan, or a part of one: plain data, so that it can travel.

    Attributes
    ----------
    experiment : Experiment
        What is built; w, particles and seed are those of the options.
    options : SweepOptions
    dimension : int
        Of the target: what decides, with the number of w, how many particles are stepped together.
    """

    experiment: Experiment
    options: SweepOptions
    dimension: int

    def parts(self, at_least: int = 1) -> list[SweepRequest]:
        """The sweep's parts as requests, in particle order (`SweepOptions.parts`)."""
        return [replace(self, options=part) for part in self.options.parts(self.dimension, at_least)]

    def run(self, built: Built | None = None) -> Iterator[Progress | Chunk]:
        """Run the sweep in this process; `built` saves building the Experiment again."""
        built = built or _built(self.experiment)
        options = replace(self.options, device=str(pick_device(self.options.device)))
        return sweep(built.plan, built.sampler, built.levels, options)


Executor = Callable[[SweepRequest, Built], Iterator[Progress | Chunk]]
"""Runs a sweep: Progress often, Chunks in particle order. Closing the iterator cancels what still runs.

What is run in this process can use the Experiment as built; other processes build it themselves.
"""


def here(request: SweepRequest, built: Built) -> Iterator[Progress | Chunk]:
    """The executor that runs a sweep where it is asked for."""
    return request.run(built)


@dataclass(frozen=True)
class ExperimentPlan(PlanSource):
    """The plan of an Experiment, built where it is needed."""

    experiment: Experiment

    def plan(self) -> Plan:
        return _built(self.experiment).plan


@dataclass(frozen=True)
class RunExperiment(PlanExecutor):
    """Runs sweeps of an Experiment's plan wherever an executor runs them: what a study is given.

    Attributes
    ----------
    experiment : Experiment
    built : Built
    executor : Executor
    device : str
        Name of the device to compute on.
    """

    experiment: Experiment
    built: Built
    executor: Executor = here
    device: str = "cpu"

    @classmethod
    def on(cls, experiment: Experiment, built: Built, executor: Executor | None = None, device: str = "auto") -> RunExperiment:
        """Here on the device that is chosen; or where the executor runs it, on the device that all machines there have."""
        if executor is None:
            return cls(experiment, built, here, str(pick_device(device)))
        return cls(experiment, built, executor, far_device(device))

    def __call__(self, options: SweepOptions) -> Iterator[Progress | Chunk]:
        request = SweepRequest(self.experiment, replace(options, device=self.device), self.built.law.dimension)
        return self.executor(request, self.built)

    @property
    def source(self) -> PlanSource:
        return PlanHere(self.built.plan) if self.executor is here else ExperimentPlan(self.experiment)


@lru_cache(maxsize=16)
def _built(experiment: Experiment) -> Built:
    """The parts of one Experiment come one after another, and threads may share what is built."""
    return build_stored(experiment)  # workers must not each train their own
