"""Three ways to learn a reward-tilted score, at equal CPU time; and what each makes of the push that guides.

python -m benchmarks.variants [--seconds 6] [--write]    one thread, CPU time; --write puts the table in docs/training-variants.md
"""

from __future__ import annotations

import argparse
import datetime
import math
import statistics
from itertools import pairwise
from pathlib import Path

import torch

from gdviz.checkpoints import required_tasks
from gdviz.networks import Checkpoint
from gdviz.presets import load
from gdviz.training import Task, assess, train
from gdviz.training.levels import training_levels
from gdviz.training.losses import exact_noise
from gdviz.training.problem import TrainingProblem

PRESETS = ("ring-reward", "swiss-roll-reward", "line-reward", "grid-reward")
TIMED = 200
VARIANTS = ("weighted", "resampled", "difference")
PAGE = Path(__file__).resolve().parent.parent / "docs" / "training-variants.md"
BEGIN, END = "<!-- variants: written by benchmarks/variants.py --write -->", "<!-- variants: end -->"
HEAD = "| preset | data left by r | variant | steps | score error | t < 0.1 | error of the push |\n|---|---|---|---|---|---|---|"


def fitted(task: Task, seconds: float, base: Checkpoint | None = None) -> Checkpoint:
    """The network of so many CPU seconds: as many steps as fit, by the median time of the first few hundred."""
    times: list[float] = []
    for step in train(task.model_copy(update={"steps": 100_000}), base=base):
        times.append(step.cpu_seconds)
        if step.step == TIMED:
            break
    steps = max(100, int(seconds / statistics.median(b - a for a, b in pairwise(times))))
    *_, step = train(task.model_copy(update={"steps": steps}), base=base)
    return step.checkpoint()


def push_error(problem: TrainingProblem, tilted: Checkpoint, plain: Checkpoint) -> float:
    """sqrt(E|d - d*|^2 / E|d*|^2) of d = -sqrt(t) grad log r_t, what guidance adds to the noise prediction."""
    generator = torch.Generator().manual_seed(3)
    t = training_levels(128, generator).repeat(50).double()  # [n]
    clean = problem.answer.sample(len(t), generator).x  # [n, d]
    z = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
    x = (1 - t).sqrt()[:, None] * clean + t.sqrt()[:, None] * z  # [n, d]
    usual = (t > 1e-3) & (t < 1 - 1e-3)
    x, t = x[usual], t[usual]
    exact = exact_noise(problem.answer, x, t) - exact_noise(problem.law, x, t)  # [n, d]
    null = torch.zeros(len(t), dtype=torch.long)
    with torch.no_grad():
        found = tilted.denoiser(x.float(), t.float(), null)
        if tilted.what != "difference":
            found = found - plain.denoiser(x.float(), t.float(), null)
    return math.sqrt(float((found - exact).square().sum() / exact.square().sum()))


def lines(preset: str, seconds: float) -> list[str]:
    """One line a variant; the network of p, which all need for the push, has had the same time."""
    tasks = required_tasks(load(preset).experiment)
    (base,) = (task for task in tasks if task.what == "score")
    (tilted,) = (task for task in tasks if task.what == "tilted")
    problem, plain = TrainingProblem.of(tilted), fitted(base, seconds)
    found = []
    for variant in VARIANTS:
        task = tilted.model_copy(update={"recipe": tilted.recipe.model_copy(update={"tilt": variant})})
        from_base = plain if variant == "difference" else None
        network = fitted(task, seconds, from_base)
        seen = assess(task, network, from_base)
        errors = f"{seen.score_error:.3f} | {seen.low_noise_error:.3f} | {push_error(problem, network, plain):.3f}"
        found.append(f"| {preset} | {problem.effective_share:.0%} | {variant} | {network.about['steps']} | {errors} |")
        print(found[-1], flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--write", action="store_true", help=f"put the table in {PAGE.name}")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    print(HEAD)
    table = [line for preset in PRESETS for line in lines(preset, asked.seconds)]
    if asked.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.partition(BEGIN)[0], page.partition(END)[2]
        seen = f"Seen on {datetime.date.today()}, {asked.seconds:g} CPU seconds a network, one thread, torch {torch.__version__}."
        PAGE.write_text("\n".join([f"{before}{BEGIN}", seen, "", HEAD, *table, f"{END}{after}"]), encoding="utf-8")


if __name__ == "__main__":
    main()
