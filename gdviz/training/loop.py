"""The training loop: a generator of typed steps that can be left and taken up again, bit for bit."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Generator, Tensor, nn

from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint, Trunk
from gdviz.networks.checkpoint import blank, packed, unpacked
from gdviz.scores import ScoresContext
from gdviz.training.batches import batches
from gdviz.training.fitting import Fitting
from gdviz.training.losses import loss
from gdviz.training.memory import check_memory
from gdviz.training.problem import TrainingProblem
from gdviz.training.task import Task
from gdviz.training.weights import GuidanceWeights

SMOOTHING = 0.99
"""Of the loss that is reported beside the loss of the step."""


@dataclass(frozen=True, eq=False)
class TrainingState:
    """Everything that a training needs to go on as if it had never stopped."""

    tensors: dict[str, Tensor]
    numbers: dict[str, Any]

    def to_bytes(self) -> bytes:
        """One safetensors file."""
        return packed(self.tensors, self.numbers)

    @staticmethod
    def from_bytes(data: bytes) -> TrainingState:
        """Read what `to_bytes` wrote.

        Raises
        ------
        GdvizError
            If the bytes are damaged.
        """
        return TrainingState(*unpacked(data))


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """One step of the optimiser.

    Attributes
    ----------
    step, steps : int
        Steps done, and steps there are to do.
    loss : float
        Of this step's batch, under the raw weights.
    ema_loss : float
        The same, smoothed over about a hundred steps.
    seconds, cpu_seconds : float
        Since the training began, earlier sittings included.
    """

    step: int
    steps: int
    loss: float
    ema_loss: float
    seconds: float
    cpu_seconds: float
    _loop: _Loop

    def state(self) -> TrainingState:
        """What `train` resumes from. Ask before the next step is taken."""
        return self._loop.state()

    def checkpoint(self) -> Checkpoint:
        """The averaged weights, which sample. Ask before the next step is taken."""
        return self._loop.checkpoint()


def train(
    task: Task,
    resume: TrainingState | None = None,
    base: Checkpoint | None = None,
    networks: ScoresContext = ScoresContext(),  # noqa: B008  it is frozen
    device: torch.device | str = "cpu",
) -> Iterator[TrainingStep]:
    """Train a task's network; stop iterating to cancel.

    AdamW under a cosine schedule, gradients clipped, an exponential moving average of the weights
    (torch.optim.swa_utils), levels as in `training_levels`. No trajectory is ever simulated.

    Parameters
    ----------
    task : Task
    resume : TrainingState, optional
        Goes on from there: the numbers are those of a training that was not interrupted.
    base : Checkpoint, optional
        The network of `task.base`, which a difference is added to.
    networks : ScoresContext, optional
        The networks of the scores that guidance weights are learned for, where these are not exact.
    device : torch.device or str
        Where the network and what fits it live. Points and noise are drawn on the CPU, so that every device meets the same
        ones, and a state of one device can be gone on with on another.

    Raises
    ------
    GdvizError
        If the task's parts do not fit each other, or it needs a base that is not given.
    """
    if task.base is not None and base is None:
        raise GdvizError("training: found no network of p(x) to learn the difference from; train that one first.")
    return _Loop(task, base, networks, device).run(resume)


def untrained(task: Task) -> Checkpoint:
    """The network that a training begins with: what a task fits can be seen before it is trained."""
    return _Loop(task, None, ScoresContext(), "cpu").checkpoint()


class Fitted(Protocol):
    """A network and the loss that it is fitted to."""

    @property
    def network(self) -> nn.Module:
        """What is fitted."""

    def loss(self, step: int, generator: Generator) -> Tensor:
        """Of the batch of a step, a scalar."""


class PointNetwork:
    """A denoiser or a classifier, fitted to noised points."""

    network: Trunk

    def __init__(self, problem: TrainingProblem, task: Task, network: Trunk, base: Checkpoint | None) -> None:
        self.network, self._device = network, network.scale.device
        self._base = None if base is None else copy.deepcopy(base.denoiser).to(self._device)
        self._batches = batches(problem, task.recipe, task.seed)

    def loss(self, step: int, generator: Generator) -> Tensor:
        return loss(self.network, self._batches.at(step, generator).on(self._device), self._base)


def _fitted(
    problem: TrainingProblem, task: Task, base: Checkpoint | None, networks: ScoresContext, device: torch.device | str
) -> Fitted:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(task.seed % 2**63)
        recipe, labels = task.weights or task.recipe, len(problem.labels)
        network = blank(problem.learned, problem.law.dimension, labels, recipe, 1.0 if task.weights else problem.scale)
    network = network.to(device)
    if isinstance(network, Trunk):
        return PointNetwork(problem, task, network, base)
    return GuidanceWeights(problem, task, network, networks)


class _Loop:
    """Network, loss, fitting and counters of one training."""

    def __init__(
        self, task: Task, base: Checkpoint | None, networks: ScoresContext, device: torch.device | str
    ) -> None:
        self.task, self.recipe = task, task.weights or task.recipe
        self.problem = problem = TrainingProblem.of(task)
        if problem.learned in ("conditional", "classifier", "weights") and not problem.labels:
            raise GdvizError(f"what: found {task.what!r}, but this target has no labels.")
        check_memory(task, problem)
        self.fitted = _fitted(problem, task, base, networks, device)
        self.fitting = Fitting(self.fitted.network, task.steps, self.recipe.rate, self.recipe.averaging)
        self.generator = torch.Generator().manual_seed(task.seed)
        self.smoothed, self.before = math.nan, (0.0, 0.0)
        self._began = (0.0, 0.0)
        self._left: tuple[float, float] | None = None

    def run(self, resume: TrainingState | None) -> Iterator[TrainingStep]:
        if resume is not None:
            self._take_up(resume)
        self._began = _clock()
        fitting = self.fitting
        while fitting.step < self.task.steps:
            value = fitting.descend(self.fitted.loss(fitting.step, self.generator))
            self.smoothed = value if math.isnan(self.smoothed) else SMOOTHING * self.smoothed + (1 - SMOOTHING) * value
            if not math.isfinite(value):
                raise GdvizError(
                    f"training: found a loss that is not finite at step {fitting.step}; "
                    f"a smaller recipe.rate than {self.recipe.rate:g} helps."
                )
            step = TrainingStep(fitting.step, self.task.steps, value, self.smoothed, *self._spent(), self)
            self._left = left = _clock()
            yield step
            now, self._left = _clock(), None  # what the caller does meanwhile is no training
            self._began = self._began[0] + now[0] - left[0], self._began[1] + now[1] - left[1]

    # ------------------------------------------------------------------ stopping and going on
    def _spent(self) -> tuple[float, float]:
        """Wall and CPU seconds of training, earlier sittings included, the caller's own work left out."""
        now = self._left or _clock()
        return self.before[0] + now[0] - self._began[0], self.before[1] + now[1] - self._began[1]

    def state(self) -> TrainingState:
        tensors = {**self.fitting.state(), "generator": self.generator.get_state()}
        seconds, cpu_seconds = self._spent()
        numbers = {
            "task": self.task.id,
            "step": self.fitting.step,
            "smoothed": self.smoothed,
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
        }
        return TrainingState(tensors, numbers)

    def _take_up(self, state: TrainingState) -> None:
        tensors, numbers = state.tensors, state.numbers
        if numbers.get("task", self.task.id) != self.task.id:
            raise GdvizError("training: found the state of another task; it cannot be gone on with.")
        try:
            self.fitting.take_up(tensors, int(numbers["step"]))
            self.generator.set_state(tensors["generator"])
            self.smoothed = float(numbers["smoothed"])
            self.before = float(numbers["seconds"]), float(numbers["cpu_seconds"])
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise GdvizError(f"training: found a damaged state ({type(error).__name__}); it begins anew without it.") from None

    def checkpoint(self) -> Checkpoint:
        about = {
            "what": self.problem.learned,
            "dimension": self.problem.law.dimension,
            "labels": list(self.problem.labels),
            "recipe": self.recipe.model_dump(mode="json"),
            "task": self.task.model_dump(mode="json"),
            "steps": self.fitting.step,
        }
        return Checkpoint({name: value.cpu() for name, value in self.fitting.averaged().items()}, about)


def _clock() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()
