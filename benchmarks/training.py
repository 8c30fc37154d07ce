"""What is learned in how many CPU seconds: the Swiss roll, from samples alone and from exact answers.

python -m benchmarks.training [--steps 4000] [--json]    one thread, CPU time; assessments are not counted.

Score error: sqrt(E|eps_net - eps*|^2 / E|eps*|^2) over the levels of 1000-step linear-beta DDPM, and the same over t < 0.1.
Energy: energy distance of samples (ancestral, 200 steps) to the law over its two-sample floor, the 95 % quantile between
two samples of one law of that size; about 1 or less means that they cannot be told apart with so many points.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

import torch

from gdviz.experiment import Experiment
from gdviz.metrics.energy import energy_distance, energy_floor
from gdviz.networks import Checkpoint
from gdviz.scores import ScoresContext
from gdviz.sweep import Paths, SweepOptions, sweep
from gdviz.training import Task, assess, train

MARKS = (2, 3, 5, 8, 12, 15)
"""CPU seconds after which a network is looked at; and once more at the end."""

POINTS = 2000
"""Samples whose energy distance is measured."""

RECIPES: dict[str, dict[str, Any]] = {
    "samples alone": {"recipe": {}, "share": 1.0},
    "exact answers": {"recipe": {"objective": "exact", "batch": 256}, "share": 0.5},
}


def looked_at(target: dict[str, Any], recipe: dict[str, Any], steps: int) -> Iterator[dict[str, float]]:
    """Train, and report at every mark."""
    task = Task.parse({"target": target, "recipe": recipe, "steps": steps})
    marks, spent, begin = list(MARKS), 0.0, 0.0
    for step in train(task):
        cpu = step.cpu_seconds - spent
        if (marks and cpu >= marks[0]) or step.step == steps:
            marks = [mark for mark in marks if mark > cpu]
            begin = step.cpu_seconds
            checkpoint = step.checkpoint()
            found = assess(task, checkpoint)
            yield {
                "cpu_seconds": cpu,
                "step": step.step,
                "score_error": found.score_error or 0.0,
                "low_noise_error": found.low_noise_error or 0.0,
                "energy_over_floor": energy_over_floor(target, checkpoint),
            }
            spent += _now(step) - begin


def energy_over_floor(target: dict[str, Any], checkpoint: Checkpoint) -> float:
    """Energy distance of samples to the law, over the two-sample floor."""
    experiment = Experiment.parse(
        {
            "target": target,
            "guidance": {"kind": "none"},
            "score": {"kind": "network"},
            "sampler": {"kind": "ancestral", "steps": 200},
            "w": [0],
            "particles": POINTS,
        }
    )
    built = experiment.build(ScoresContext(trained=lambda wanted: checkpoint))
    paths = Paths(1, POINTS, built.law.dimension)
    for news in sweep(built.plan, built.sampler, built.levels, SweepOptions((0.0,), POINTS, seed=1, observers=())):
        if not hasattr(news, "done"):
            paths.take(news)
    truth = built.law.sample(POINTS, torch.Generator().manual_seed(2)).x  # [N, d]
    return energy_distance(paths.x[0], truth).value / (energy_floor(truth, POINTS) or float("nan"))


def _now(step: Any) -> float:
    return step._loop._spent()[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--json", action="store_true", help="one JSON line a look")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for name, how in RECIPES.items():
        print(f"\n{name}\n\n| CPU s | step | score error | t < 0.1 | energy / floor |\n|---|---|---|---|---|")
        for row in looked_at({"kind": "swiss_roll"}, how["recipe"], max(10, int(asked.steps * how["share"]))):
            if asked.json:
                print(json.dumps({"from": name, **row}), flush=True)
            else:
                errors = f"{row['score_error']:.3f} | {row['low_noise_error']:.3f} | {row['energy_over_floor']:.2f}"
                print(f"| {row['cpu_seconds']:.1f} | {row['step']:.0f} | {errors} |", flush=True)


if __name__ == "__main__":
    main()
