"""What sampling with learned guidance weights costs beside a constant weight, in CPU time.

python -m benchmarks.weights [--rounds 12] [--particles 4000] [--json]    one thread; the two take turns in one process.

An untrained network of weights costs what a trained one does; so does a denoiser of the table's size.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

import torch

from gdviz.checkpoints import task_for
from gdviz.experiment import Built
from gdviz.guidance.schedules.constant import Constant
from gdviz.guidance.schedules.learned import Learned
from gdviz.networks import Checkpoint
from gdviz.scores import ScoresContext, Wanted
from gdviz.studies.weights.table import FULL, experiment
from gdviz.sweep import SweepOptions, sweep
from gdviz.training.loop import untrained

SCHEDULES = {"constant": Constant(), "learned": Learned()}


def built(name: str) -> Built:
    """The table's experiment under a schedule, with untrained networks."""
    asked = experiment("0", SCHEDULES[name], [1.0], (80, 0), FULL, 0)

    def network(wanted: Wanted) -> Checkpoint:
        return untrained(task_for(asked, wanted))

    return asked.build(ScoresContext(trained=network))


def cpu_seconds(parts: Built, particles: int, seed: int) -> float:
    """Of one run of the sampler."""
    begin = time.process_time()
    for _ in sweep(parts.plan, parts.sampler, parts.levels, SweepOptions((1.0,), particles, seed=seed, observers=())):
        pass
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--particles", type=int, default=4000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    parts = {name: built(name) for name in SCHEDULES}
    first = {name: cpu_seconds(each, asked.particles, 0) for name, each in parts.items()}  # the weights of the levels, once
    spent: dict[str, list[float]] = {name: [] for name in SCHEDULES}
    for number in range(asked.rounds):
        for name in sorted(SCHEDULES, reverse=bool(number % 2)):
            spent[name].append(cpu_seconds(parts[name], asked.particles, number))
    ratios = [learned / constant for learned, constant in zip(spent["learned"], spent["constant"], strict=True)]
    found = {
        "ratio": statistics.median(spent["learned"]) / statistics.median(spent["constant"]),
        "ratios": sorted(ratios),
        "constant_seconds": statistics.median(spent["constant"]),
        "first_runs": first,
    }
    if asked.json:
        print(json.dumps(found))
        return
    print(f"learned / constant: {found['ratio']:.3f} (medians of {asked.rounds}; pairs {min(ratios):.3f} to {max(ratios):.3f})")
    print(f"constant: {found['constant_seconds']:.2f} CPU-s a run of {asked.particles} particles")


if __name__ == "__main__":
    main()
