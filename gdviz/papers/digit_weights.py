"""Learned guidance weights on images of digits: the counterpart of the image tables of arXiv 2510.00815.

``python -m gdviz.papers.digit_weights assets/digits/weights.json`` makes the numbers, in minutes. They are of other data than
the paper's: digits of 8x8 pixels and the Frechet distance in the features of a small classifier, not ImageNet and Inception.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gdviz.experiment import Experiment
from gdviz.metrics.frechet import Frechet
from gdviz.papers import learned_weights
from gdviz.papers.digit_readings import reference
from gdviz.papers.digit_runs import LABELS, TRAINED, label_run
from gdviz.papers.learned_weights import JUDGED, LEARNED, SEARCHED, Size, interval
from gdviz.result import run
from gdviz.targets.digits import digit_features

UNDER_TRAINED = 500
"""Steps of the other network, a twelfth of the usual; fixed before any run."""

SEARCHES = {name: learned_weights.SEARCHES[name][0] for name in ("best constant", "limited interval")}

FULL = Size((UNDER_TRAINED, TRAINED), (30, 31, 32), 80, 50, (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0))
"""Seeds are those of weights and particles: the network of a length is one."""

QUICK = Size((20,), (0, 1), 40, 5, (0.0, 1.0), 3)


@dataclass(frozen=True)
class DigitLine:
    """A method with the network of one length.

    Attributes
    ----------
    frechet : tuple of float
        Frechet distance to the 398 test images, one a seed.
    learned_less_it : tuple of float
        95 % interval of (learned - method), paired by seed.
    picked : tuple of str
        What the searches picked.
    search : int
        Sampling runs before the one that counts, one for each digit and setting.
    """

    denoiser_steps: int
    method: str
    frechet: tuple[float, ...]
    learned_less_it: tuple[float, float]
    picked: tuple[str, ...]
    search: int

    @property
    def mean(self) -> float:
        return float(np.mean(self.frechet))

    @property
    def se(self) -> float:
        return float(np.std(self.frechet, ddof=1)) / math.sqrt(len(self.frechet))


def compare(size: Size = FULL) -> list[DigitLine]:
    """None, the best constant, the best strength in an interval, and learned weights; for each length of training."""
    frechet = reference()
    table = []
    for steps in size.denoiser_steps:
        held = [_held(steps, seed, size, frechet) for seed in size.seeds]
        learned = np.array([each["learned"][0] for each in held])  # [S]
        for method in held[0]:
            distances = np.array([each[method][0] for each in held])  # [S]
            picked = tuple(each[method][1] for each in held if each[method][1])
            search = len(LABELS) * len(size.constants) if method in SEARCHES else 0
            ends = interval(learned - distances) if method != "learned" else (0.0, 0.0)
            table.append(DigitLine(steps, method, tuple(distances.tolist()), ends, picked, search))
    return table


def _held(steps: int, seed: int, size: Size, frechet: Frechet) -> dict[str, tuple[float, str]]:
    """Frechet distance and what was picked, by method."""

    def distances(schedule: dict[str, Any], w: Sequence[float], first: int, size: Size = size) -> list[float]:
        return _distances([_experiment(c, schedule, w, steps, first + seed, size) for c in LABELS], frechet)

    found = {"none": (distances({"kind": "constant"}, [0.0], JUDGED)[0], "")}
    for name, schedule in SEARCHES.items():
        tried = distances(schedule, size.constants, SEARCHED, replace(size, particles=_one_batch(frechet)))
        w = size.constants[int(np.argmin(tried))]
        found[name] = distances(schedule, [w], JUDGED)[0], f"w = {w:g}"
    for name, asked in LEARNED.items():
        schedule = {"kind": "learned", "seed": seed, **asked}
        if size.weight_steps is not None:
            schedule["steps"] = size.weight_steps
        found[name] = distances(schedule, [1.0], JUDGED)[0], ""
    return found


def _one_batch(frechet: Frechet) -> int:
    """Images of each digit that are enough for one distance."""
    return -(-frechet.points // len(LABELS))


def _experiment(label: str, schedule: dict[str, Any], w: Sequence[float], trained: int, seed: int, size: Size) -> Experiment:
    plain = label_run(label, tuple(w), size.sampler_steps, size.particles, trained).model_dump(mode="json")
    plain["guidance"]["schedule"] = schedule
    # Digits differ in their noise: a reference of independent images has no common one.
    return Experiment.parse({**plain, "seed": seed * len(LABELS) + int(label)})


def _distances(asked: Sequence[Experiment], frechet: Frechet) -> list[float]:
    """One a w, of all digits together, equally often."""
    listed = slice(-len(asked[0].w), None)
    results = (run(each, device="cpu", frame_particles=0, step_change=False, exact=False, distances=False) for each in asked)
    x = torch.stack([torch.from_numpy(each.samples[listed]) for each in results], 2)  # [W, n, 10, 64]
    found = [frechet(digit_features(images.flatten(0, 1))).value for images in x]
    return [math.nan if value is None else value for value in found]


def to_dict(table: Sequence[DigitLine]) -> dict[str, Any]:
    """What is written: every line, and the floor of real images."""
    lines = [{**asdict(line), "mean": line.mean, "se": line.se} for line in table]
    return {"format": 1, "points": reference().points, "floor": asdict(reference().floor), "lines": lines}


HEADINGS = "network", "guidance", "Frechet distance", "learned - it", "picked", "runs searched"

PUBLISHED = (
    "Published, of other data and by another measure (FID in Inception features, arXiv 2510.00815): ImageNet of 64x64 pixels, "
    "no guidance 4.46, best constant 2.40, limited interval 2.11, learned 1.99; CelebA, no guidance 2.44, limited interval 2.37, "
    "learned 2.10."
)


def cells(told: dict[str, Any]) -> list[tuple[str, ...]]:
    """The table as text, under `HEADINGS`; `told` is as `to_dict` makes it."""
    return [
        (
            f"{line['denoiser_steps']:,} steps",
            line["method"],
            f"{line['mean']:.1f} ± {line['se']:.1f}",
            "" if line["method"] == "learned" else "{:.1f} to {:.1f}".format(*line["learned_less_it"]),
            ", ".join(line["picked"]),
            f"{line['search']}",
        )
        for line in told["lines"]
    ]


def markdown(told: dict[str, Any]) -> str:
    """The table as the docs have it."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *cells(told)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    torch.set_num_threads(1)
    text = json.dumps(to_dict(compare()), indent=1, allow_nan=False) + "\n"
    Path(sys.argv[1]).write_text(text) if len(sys.argv) > 1 else print(text)
