"""The networks that an Experiment asks for: which trainings give them, and an Experiment built with those of a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gdviz.checkpoints.report import TrainingReport
from gdviz.checkpoints.resolve import networks
from gdviz.errors import GdvizError
from gdviz.experiment import Built, Experiment
from gdviz.laws import TiltedBy
from gdviz.networks import Checkpoint, WeightRecipe
from gdviz.rewards import Reciprocal
from gdviz.scores import ScoresContext, Wanted
from gdviz.scores.network import Network
from gdviz.scores.own import own_code_is_allowed
from gdviz.training import Task, bases, untrained


def build_stored(experiment: Experiment, root: Path | None = None) -> Built:
    """Build an Experiment with the networks that a store has by now: whoever shows or shares a run must not train in passing.

    Parameters
    ----------
    experiment : Experiment
    root : Path, optional
        The store's folder; the program's own if not given.

    Raises
    ------
    GdvizError
        If a network is not there, or the parts do not fit each other.
    """
    return experiment.build(stored_networks(experiment, root))


def build_trained(experiment: Experiment) -> Built:
    """Build an Experiment, training into the program's store what it lacks.

    Raises
    ------
    GdvizError
        If a network cannot be trained or stored, or the parts do not fit each other.
    """
    store = networks()
    trained = ScoresContext(lambda wanted: store.trained(task_for(experiment, wanted)), store.stored, own_code_is_allowed())
    return experiment.build(trained)


def stored_networks(experiment: Experiment, root: Path | None = None) -> ScoresContext:
    """Where the scores of an Experiment find networks that a store has; one that is missing is a GdvizError."""
    store = networks(root)
    return ScoresContext(lambda wanted: store.found(task_for(experiment, wanted)), store.stored, own_code_is_allowed())


def train_required(experiment: Experiment) -> Iterator[TrainingReport]:
    """Train, into the program's store, what an Experiment needs and the store lacks; nothing where nothing is learned."""
    if experiment.learns:
        yield from networks().train(required_tasks(experiment))


def required_tasks(experiment: Experiment) -> tuple[Task, ...]:
    """The trainings that an Experiment's score and schedule need, each after those that it starts from.

    For an Experiment in which nothing is learned they are those of its twin with a trained network of the usual recipe.

    Raises
    ------
    GdvizError
        If the parts do not fit each other.
    """
    tasks: dict[str, Task] = {}

    def note(wanted: Wanted) -> Checkpoint:
        task = task_for(experiment, wanted)
        for each in (*bases(task, stored), task):
            tasks.setdefault(each.id, each)
        return untrained(task)

    def stored(id: str) -> Checkpoint:
        return networks().stored(id)

    twin = experiment if experiment.learns else experiment.model_copy(update={"score": Network()})
    twin.build(ScoresContext(note, stored, own_code_is_allowed()))
    return tuple(tasks.values())


def task_for(experiment: Experiment, wanted: Wanted) -> Task:
    """The training that gives a network which an Experiment's score or schedule asks for.

    Raises
    ------
    GdvizError
        If the guidance has no reward that a task could carry.
    """
    guidance = experiment.guidance
    reward = getattr(guidance, "reward", None) if wanted.what == "tilted" else None
    if wanted.what == "tilted" and reward is None:
        raise GdvizError(f"score: found guidance {guidance.kind_name()!r}, whose tilted law no network can be trained for.")
    common: dict[str, Any] = {
        "target": experiment.target,
        "what": wanted.what,
        "steps": wanted.steps,
        "seed": wanted.seed,
    }
    if isinstance(wanted.recipe, WeightRecipe):
        return Task(**common, score=experiment.score, weights=wanted.recipe)
    cost = isinstance(wanted.origin, TiltedBy) and isinstance(wanted.origin.reward, Reciprocal)
    return Task(**common, reward=reward, cost=cost, recipe=wanted.recipe)
