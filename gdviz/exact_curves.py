"""The means of r and 1/r over w from the guided law itself: computed once for the presets, shipped, found again.

The files in assets/guided_law (`gdviz.build_assets.guided_laws`) depend on the program's numbers; a test computes some again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from gdviz.checkpoints import build_trained
from gdviz.experiment import Experiment
from gdviz.guided_law import guided_laws, refusal
from gdviz.progress import ProgressCallback, silent
from gdviz.resources import resource
from gdviz.result import measured_reward

FORMAT = 1
FOLDER = "guided_law"
ASIDE = ("w", "particles", "frames", "seed")
"""What an Experiment says of its run alone: the law at one w does not depend on it."""


@dataclass(frozen=True)
class ExactPoint:
    """E r(Y^w) and E 1/r(Y^w) at one w, with their errors; None where one is infinite or not known."""

    w: float
    mean_reward: float | None
    error_reward: float | None
    mean_reciprocal: float | None
    error_reciprocal: float | None


def curve_key(experiment: Experiment) -> str:
    """sha256 of what the law depends on: the Experiment's canonical JSON but for ASIDE."""
    plain = {key: value for key, value in json.loads(experiment.canonical()).items() if key not in ASIDE}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def compute(
    experiment: Experiment, w: Sequence[float] | None = None, progress: ProgressCallback = silent
) -> tuple[ExactPoint, ...] | None:
    """The means at the Experiment's w, or at those given, by rising w; None where the law cannot be had.

    Raises
    ------
    GdvizError
        If guidance carries the law off, or the Experiment does not fit together; TooLong from a `Budget` as progress.
    """
    built = build_trained(experiment)
    measured = measured_reward(experiment, built)
    if refusal(built.plan, built.sampler) is not None or (measured or built.plan.reward) is None:
        return None
    scales = sorted(experiment.all_w if w is None else w)
    laws = guided_laws(built.plan, built.sampler, built.levels, scales, measured, progress=progress)
    return tuple(ExactPoint(law.w, law.mean_reward, law.error_reward, law.mean_reciprocal, law.error_reciprocal) for law in laws)


def find(experiment: Experiment) -> tuple[ExactPoint, ...] | None:
    """The shipped curve of an Experiment that differs from a preset in ASIDE at most; None for any other."""
    return _shipped().get(curve_key(experiment))


def to_json(experiment: Experiment, points: Sequence[ExactPoint]) -> str:
    """One file of assets/guided_law: strict JSON, the Experiment beside its points, null where a mean is not known."""
    of = json.dumps(experiment.model_dump(mode="json", exclude_unset=True), allow_nan=False)
    lines = ",\n  ".join(json.dumps({key: _short(value) for key, value in asdict(point).items()}) for point in points)
    return f'{{"format": {FORMAT}, "experiment": {of}, "points": [\n  {lines}\n]}}\n'


def from_json(text: str) -> tuple[Experiment, tuple[ExactPoint, ...]]:
    """The Experiment and the points of such a file."""
    value: dict[str, Any] = json.loads(text)
    return Experiment.parse(value["experiment"]), tuple(ExactPoint(**point) for point in value["points"])


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.9g}")


@cache
def _shipped() -> dict[str, tuple[ExactPoint, ...]]:
    folder = resource("assets") / FOLDER
    read = (from_json(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))
    return {curve_key(experiment): points for experiment, points in read}
