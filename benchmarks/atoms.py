"""The exact score of a point set against the usual way to write it: torch.cdist and a softmax.

python -m benchmarks.atoms    one thread, CPU time, candidates in turn; prints the ratio for each number of atoms.
"""

from __future__ import annotations

import math
import statistics
import time

import torch
from torch import Tensor

from gdviz.laws import Mixture, SharedComponents

POINTS, T, ROUNDS = 4096, 0.1, 9


def cdist_score(x: Tensor, atoms: Tensor, t: float) -> Tensor:
    """(sqrt(1 - t) E[m | x] - x) / t with the N x M matrix of distances written out."""
    centres = math.sqrt(1 - t) * atoms  # [M, d]
    share = torch.softmax(-torch.cdist(x, centres).square() / (2 * t), 1)  # [N, M]
    return (share @ centres - x) / t


def main() -> None:
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(POINTS, 2, generator=generator)
    ours_x = x.T.contiguous().T  # coordinate first in memory, as in a sweep
    print("atoms, cdist points/s, ours points/s, ratio, largest relative difference")
    for m in (100, 1000, 5000):
        atoms = torch.randn(m, 2, generator=generator)
        law = Mixture(SharedComponents(atoms), torch.zeros(m))
        rows = {"cdist": lambda a=atoms: cdist_score(x, a, T), "ours": lambda law=law: law.score(ours_x, T)}
        seconds: dict[str, list[float]] = {name: [] for name in rows}
        with torch.no_grad():
            exact = law.score(x.double(), T)
            error = float((rows["ours"]().double() - exact).abs().max() / exact.abs().max())
            rows["cdist"]()
            for _ in range(ROUNDS):
                for name, score in rows.items():
                    began = time.process_time()
                    score()
                    seconds[name].append(time.process_time() - began)
        slow, fast = (statistics.median(seconds[name]) for name in rows)
        print(f"{m}, {POINTS / slow:.4g}, {POINTS / fast:.4g}, {slow / fast:.2f}, {error:.1e}")


if __name__ == "__main__":
    main()
