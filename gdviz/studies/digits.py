"""What the Digits page shows, read off runs: curves, distances and images over w, for labels and for rewards."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gdviz.networks.checkpoint import unpacked as read_file
from gdviz.papers.digit_readings import falls, largest_reciprocal, read_classes, reference
from gdviz.papers.digit_runs import LABELS, LONGER, REWARDS, TRAINED, label_run, reward_run
from gdviz.papers.figure_2 import FULL, W
from gdviz.papers.make import Size
from gdviz.resources import resource
from gdviz.targets._digit_images import digit_images
from gdviz.targets.digits import digit_features

FORMAT = 1

GRID_W = tuple(k / 4 for k in range(17))
"""Where images are kept, 0 to 4: the slider's stops."""

IMAGES = 8
"""Images of each digit; three times as many for a reward."""

SIZES = {TRAINED: FULL, LONGER: Size(FULL.steps, 2000)}
"""Steps and particles of the curves, for each network."""

REWARD_W = tuple(k / 2 for k in range(9))
REWARD_SIZE = Size(FULL.steps, 2000)

Answer = dict[str, Any]
Progress = Callable[[str], None]


def names() -> tuple[str, ...]:
    """The parts of the page, one file each."""
    return (*(f"network-{trained}" for trained in SIZES), *(f"reward-{name}" for name in REWARDS))


def shipped(name: str) -> Answer:
    """A part as it comes with the program."""
    answer: Answer = json.loads((resource("assets", "digits") / f"{name}.json").read_text(encoding="utf-8"))
    return answer


def classifier_report() -> Answer:
    """What the classifier's file says of it (`gdviz.training.digit_classifier.ClassifierReport`)."""
    _, about = read_file(resource("assets", "digits", "classifier.safetensors").read_bytes())
    report: Answer = about["report"]
    return report


def compute(name: str, say: Progress = lambda _: None, size: Size | None = None, grid_w: tuple[float, ...] = GRID_W) -> Answer:
    """A part of the page, from runs made now; another `size` for a quick look."""
    kind, _, which = name.partition("-")
    if kind == "network":
        return _network(int(which), size or SIZES[int(which)], grid_w, say)
    return _reward(which, size or REWARD_SIZE, grid_w, say)


# ---------------------------------------------------------------------- labels
def _network(trained: int, size: Size, grid_w: tuple[float, ...], say: Progress) -> Answer:
    from gdviz.result import run

    results = {}
    for label in LABELS:
        results[label] = run(label_run(label, W, size.steps, size.particles, trained), frame_particles=0, distances=False)
        say(f"digit {label}: {results[label].seconds:.0f} s")
    readings = read_classes(results)
    apart, others = falls(readings)
    distances = []
    for k, w in enumerate(W):
        x = np.stack([result.samples[result.experiment.all_w.index(w)] for result in results.values()], 1)  # [N, 10, 64]
        distances.append({"w": w, **_distance(torch.from_numpy(x).flatten(0, 1))})
        say(f"distance {k + 1} of {len(W)}")
    grids = [_images(label_run(label, grid_w, size.steps, IMAGES, trained)) for label in LABELS]  # [G, n, 64] each
    return {
        "format": FORMAT,
        "trained": trained,
        "experiment": results["0"].experiment.model_dump(mode="json"),
        "versions": results["0"].versions,
        "seconds": sum(result.seconds for result in results.values()),
        "largest": largest_reciprocal(),
        "readings": [_plain(asdict(each)) for each in readings],
        "apart": apart,
        "others": others,
        "frechet": distances,
        "floor": {**asdict(reference().floor), "points": reference().points},
        "grid": {"w": grid_w, "images": _packed(np.stack(grids, 1))},  # [G, 10, n, 64]
    }


# ---------------------------------------------------------------------- rewards
def _reward(name: str, size: Size, grid_w: tuple[float, ...], say: Progress) -> Answer:
    from gdviz.result import run

    result = run(reward_run(name, REWARD_W, size.steps, size.particles), frame_particles=0, distances=False)
    say(f"{name}: {result.seconds:.0f} s")
    reward, rows = result.built.plan.reward, []
    assert reward is not None
    strength = float(REWARDS[name]["strength"])
    potentials = []
    for k, w in enumerate(result.experiment.all_w):
        x = torch.from_numpy(result.samples[k])  # [N, 64]
        potentials.append(reward.log(x.double()) / strength)  # [N]
        value, n = potentials[-1], len(x)
        better = (value > potentials[0]).double()
        rows.append(
            {
                "w": w,
                "potential": [float(value.mean()), float(value.std()) / math.sqrt(n)],
                "improved": None if w == 0 else [float(better.mean()), float(better.std()) / math.sqrt(n)],
                **_distance(x),
            }
        )
    plan, generator = result.built.plan, torch.Generator().manual_seed(0)
    laws = [law for law in (plan.away, plan.toward) if law is not None]  # the images, and the images reweighted by r
    known, tilted = (reward.log(law.sample(20_000, generator).x) / strength for law in laws)
    return {
        "format": FORMAT,
        "reward": name,
        "experiment": result.experiment.model_dump(mode="json"),
        "versions": result.versions,
        "seconds": result.seconds,
        "rows": _plain(rows),
        "images": {"plain": float(known.mean()), "reweighted": float(tilted.mean())},
        "floor": {**asdict(reference().floor), "points": reference().points},
        "grid": {"w": grid_w, "images": _packed(_images(reward_run(name, grid_w, size.steps, 3 * IMAGES))[:, None])},
    }


# ---------------------------------------------------------------------- both
def _distance(x: Tensor) -> Answer:
    found = reference()(digit_features(x))
    return {"distance": _rounded(found.value), "se": _rounded(found.se)}


def _images(experiment: Any) -> np.ndarray:
    """Samples at every w as bytes, 0 for paper and 255 for ink, [W, n, 64]."""
    from gdviz.result import run

    x = run(experiment, frame_particles=0, step_change=False, exact=False, distances=False).samples
    return np.round((np.clip(x, -1, 1) + 1) * 127.5).astype(np.uint8)


def real_images() -> Answer:
    """As many real ones of each digit, from the test part, packed as [1, 10, n, 64]."""
    part = digit_images("test")
    chosen = torch.stack([part.x[part.digit == k][:IMAGES] for k in range(10)])  # [10, n, 64]
    return _packed(np.round((chosen.numpy() + 1) * 127.5).astype(np.uint8)[None])


def _packed(images: np.ndarray) -> Answer:
    return {"shape": list(images.shape), "bytes": base64.b64encode(images.tobytes()).decode()}


def unpacked(packed: Answer) -> np.ndarray:
    """The array of `_packed`, uint8."""
    return np.frombuffer(base64.b64decode(packed["bytes"]), np.uint8).reshape(packed["shape"])


def _plain(value: Any) -> Any:
    """Floats with six digits."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return _rounded(value) if isinstance(value, float) else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
