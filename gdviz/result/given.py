"""A score given from Python: the Experiment that names it, built with it, and looked at before it is run."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from gdviz.checkpoints import stored_networks
from gdviz.errors import GdvizError
from gdviz.experiment import Built, Experiment
from gdviz.guidance.schedules.learned import Learned
from gdviz.laws import Law
from gdviz.metrics.score_error import score_error
from gdviz.scores import Score
from gdviz.scores.own import FROM_PYTHON, Convention, Meaning

SUSPECT = 0.9
"""A relative error above this at every noise level is as bad as a score of 0: the conventions are likely to be wrong."""


@dataclass(frozen=True)
class GivenScore:
    """A function or torch module of the reader's, what it is given and what it returns (docs/own-networks.md).

    Attributes
    ----------
    network : callable
        ``network(x, time)`` or ``network(x, time, label)`` with x [M, d] and time [M], float32, and label [M], int64: a
        label's index in the target's order, one past the last for none. It returns [M, d].
    prediction : {"score", "noise", "clean", "velocity"}
        What it returns.
    schedule : {"vp", "edm", "linear_beta", "cosine"}
        How x is scaled and which time goes with it. "vp": x = sqrt(1-t) x_0 + sqrt(t) z and the noise variance t.
    """

    network: Callable[..., Tensor]
    prediction: Meaning = "score"
    schedule: Convention = "vp"

    @property
    def name(self) -> str:
        """What the function or the module's class is called."""
        return str(getattr(self.network, "__qualname__", type(self.network).__qualname__))

    def on(self, device: str) -> Callable[..., Tensor]:
        """What is called: a module's copy on a device, in evaluation mode; a function as it is."""
        if not isinstance(self.network, nn.Module):
            return self.network
        return copy.deepcopy(self.network).requires_grad_(False).eval().to(device)


def built_with(
    experiment: Experiment, score: GivenScore | Callable[..., Tensor], device: str
) -> tuple[Experiment, Built, tuple[str, ...]]:
    """The Experiment that names the given score as its own, the same built, and what the reader should know of it.

    Raises
    ------
    GdvizError
        If it is no function, does not return what it should, or the parts do not fit each other.
    """
    given = score if isinstance(score, GivenScore) else GivenScore(score)
    if not callable(given.network):
        raise GdvizError(f"score: found {type(given.network).__name__}; a torch module or a function of (x, time) is required.")
    if isinstance(experiment.guidance.schedule, Learned):
        raise GdvizError("score: found one given from Python under learned weights, which are trained for stored networks only.")
    named: dict[str, Any] = {
        "kind": "own",
        "code": FROM_PYTHON + given.name,
        "prediction": given.prediction,
        "schedule": given.schedule,
        "labels": experiment.target.build().labels,
    }
    experiment = Experiment.parse({**experiment.model_dump(mode="json"), "score": named})
    networks = replace(stored_networks(experiment), given=given.on(device))
    built, scores = experiment.build(networks), experiment.score.build(networks)
    laws = {law.name: law for law in (built.plan.unguided, built.plan.toward, built.plan.away) if law is not None}
    errors = [error for law in laws.values() for error in _errors(_finite(scores.single(law), given.name, device), law)]
    return experiment, built, tuple(_notes(given, errors))


def _finite(score: Score, name: str, device: str) -> Score:
    """The score with points sent to its device and back, refused where it is not finite."""

    def checked(x: Tensor, t: float) -> Tensor:
        values = score(x.float().to(device), t).to(x)
        if not bool(values.isfinite().all()):
            words = f"score: found NaN or infinity from {name} at noise variance {t:.3g}; it must return finite numbers."
            raise GdvizError(words)
        return values

    return checked


def _errors(score: Score, law: Law) -> list[float]:
    """Relative errors by noise level; none where the exact score is not known."""
    if law.by_samples:
        score(law.sample(64, torch.Generator().manual_seed(0)).x, 0.5)
        return []
    return [level.error for level in score_error(score, law)]


def _notes(given: GivenScore, errors: list[float]) -> list[str]:
    how = f"prediction {given.prediction!r}, schedule {given.schedule!r}"
    notes = [
        f"The score was given from Python ({given.name}: {how}). This Experiment alone cannot be run again; "
        "gdviz.run(experiment, score=...) with the same network can."
    ]
    if errors:
        said = f"The given score's relative error against the exact one is {min(errors):.2g} to {max(errors):.2g} by noise level"
        suspect = min(errors) > SUSPECT
        notes.append(said + (": prediction or schedule are likely to be wrong." if suspect else "."))
    return notes
