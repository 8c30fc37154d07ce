"""The training loop: a generator of typed steps that can be left and taken up again, bit for bit."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint, Denoiser, Recipe, Trunk
from gdviz.networks.checkpoint import blank, packed, unpacked
from gdviz.training.batches import batches
from gdviz.training.losses import Noised, loss
from gdviz.training.problem import Problem
from gdviz.training.task import Task

WARM_UP = 100
"""Steps over which the learning rate rises."""

LONGEST_GRADIENT = 1.0
"""Gradients are clipped to this norm."""

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


def train(task: Task, resume: TrainingState | None = None, base: Checkpoint | None = None) -> Iterator[TrainingStep]:
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

    Raises
    ------
    GdvizError
        If the task's parts do not fit each other, or it needs a base that is not given.
    """
    if task.base is not None and base is None:
        raise GdvizError("training: found no network of p(x) to learn the difference from; train that one first.")
    return _Loop(Problem.of(task), task, base).run(resume)


def untrained(task: Task) -> Checkpoint:
    """The network that a training begins with: what a task fits can be seen before it is trained."""
    return _Loop(Problem.of(task), task, None).checkpoint()


class _Loop:
    """Network, optimiser and counters of one training."""

    def __init__(self, problem: Problem, task: Task, base: Checkpoint | None) -> None:
        self.problem, self.task, self.recipe = problem, task, task.recipe
        if problem.learned in ("conditional", "classifier") and not problem.labels:
            raise GdvizError(f"what: found {task.what!r}, but this target has no labels.")
        self.base: Denoiser | None = None if base is None else base.denoiser
        self.batches = batches(problem, self.recipe, task.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(task.seed % 2**63)
            self.network = blank(problem.learned, problem.law.dimension, len(problem.labels), self.recipe, problem.scale)
        self.average = AveragedModel(self.network, multi_avg_fn=get_ema_multi_avg_fn(self.recipe.averaging))
        self.optimiser = fitted_by(self.network, self.recipe)
        self.generator = torch.Generator().manual_seed(task.seed)
        self.step, self.smoothed, self.before = 0, math.nan, (0.0, 0.0)
        self._began = (0.0, 0.0)

    def run(self, resume: TrainingState | None) -> Iterator[TrainingStep]:
        if resume is not None:
            self._take_up(resume)
        self._began = (time.perf_counter(), time.process_time())
        while self.step < self.task.steps:
            value = self._advance(self.batches.at(self.step, self.generator))
            self.smoothed = value if math.isnan(self.smoothed) else SMOOTHING * self.smoothed + (1 - SMOOTHING) * value
            if not math.isfinite(value):
                raise GdvizError(
                    f"training: found a loss that is not finite at step {self.step}; "
                    f"a smaller recipe.rate than {self.recipe.rate:g} helps."
                )
            yield TrainingStep(self.step, self.task.steps, value, self.smoothed, *self._spent(), self)

    def _advance(self, batch: Noised) -> float:
        """One step of the optimiser; returns the loss."""
        value = loss(self.network, batch, self.base)
        self.optimiser.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), LONGEST_GRADIENT, foreach=True)
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * rate_share(self.step, self.task.steps)
        self.optimiser.step()
        self.average.update_parameters(self.network)
        self.step += 1
        return float(value.detach())

    # ------------------------------------------------------------------ stopping and going on
    def _spent(self) -> tuple[float, float]:
        """Wall and CPU seconds, earlier sittings included."""
        now = (time.perf_counter(), time.process_time())
        return self.before[0] + now[0] - self._began[0], self.before[1] + now[1] - self._began[1]

    @cached_property
    def _parameters(self) -> list[tuple[str, nn.Parameter]]:
        return list(self.network.named_parameters())

    def state(self) -> TrainingState:
        tensors = {f"network.{name}": value.clone() for name, value in self.network.state_dict().items()}
        tensors |= {f"average.{name}": value.clone() for name, value in self.average.module.state_dict().items()}
        for name, parameter in self._parameters:
            moments = self.optimiser.state[parameter]
            tensors |= {f"{key}.{name}": moments[key].clone() for key in ("step", "exp_avg", "exp_avg_sq")}
        tensors["generator"] = self.generator.get_state()
        tensors["averaged"] = self.average.n_averaged.clone()
        seconds, cpu_seconds = self._spent()
        numbers = {
            "task": self.task.id,
            "step": self.step,
            "smoothed": self.smoothed,
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
        }
        return TrainingState(tensors, numbers)

    def _take_up(self, state: TrainingState) -> None:
        tensors, numbers = state.tensors, state.numbers
        try:
            if numbers["task"] != self.task.id:
                raise GdvizError("training: found the state of another task; it cannot be gone on with.")
            self.network.load_state_dict(_under("network.", tensors))
            self.average.module.load_state_dict(_under("average.", tensors))
            self.average.n_averaged.copy_(tensors["averaged"])
            for name, parameter in self._parameters:
                keys = ("step", "exp_avg", "exp_avg_sq")
                self.optimiser.state[parameter] = {key: tensors[f"{key}.{name}"].clone() for key in keys}
            self.generator.set_state(tensors["generator"])
            self.step, self.smoothed = int(numbers["step"]), float(numbers["smoothed"])
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
            "steps": self.step,
        }
        return Checkpoint({name: value.clone() for name, value in self.average.module.state_dict().items()}, about)


def fitted_by(network: Trunk, recipe: Recipe) -> torch.optim.AdamW:
    """The optimiser of a network."""
    return torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=0.0, fused=True)


def rate_share(step: int, steps: int) -> float:
    """Share of the learning rate at a step: a short rise, then half a cosine down to 0."""
    return min(1.0, (step + 1) / min(WARM_UP, max(1, steps // 10))) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
