"""One network, its learned weights, and every other method with it: distances to the truth, and samples on the same noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdviz.papers.learned_weights import JUDGED, SEARCHED, SEARCHES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gdviz.experiment import Experiment
    from gdviz.laws import Law
    from gdviz.networks import FrozenWeights
    from gdviz.scores import Scores

    Floats = NDArray[np.float32]

Answer = dict[str, Any]

DRAWN = 200
"""Points a class in the scatter panels."""


class Contest:
    """One network and its weights, and every method with it.

    Parameters
    ----------
    experiment : Experiment
        Under a learned schedule.
    root : Path
        The store that has the networks.

    Raises
    ------
    GdvizError
        If they are not there.
    """

    def __init__(self, experiment: Experiment, root: Path) -> None:
        from gdviz.checkpoints import networks, required_tasks, stored_networks

        self.experiment, self.root = experiment, root
        self.law: Law = experiment.target.build()
        self.scores: Scores = experiment.score.build(stored_networks(experiment, root))
        task = next(task for task in required_tasks(experiment) if task.what == "weights")
        self.weights: FrozenWeights = networks(root).found(task).weights

    def run(self, seed: int, said: Callable[[float], None]) -> tuple[Answer, Answer]:
        """Energy distances of every method, and samples of each on the same noise."""
        import numpy as np

        w = list(self.experiment.w)
        interval = SEARCHES["limited interval"][0]  # flow times 0.22 to 0.84
        half = self.experiment.particles // 2
        tried = []
        searched: tuple[Answer, ...] = {"kind": "constant"}, interval
        for number, schedule in enumerate(searched):
            tried.append(self.energies(schedule, w, SEARCHED + seed, half)[0].mean(0))  # [W]
            said(0.4 * (number + 1))
        best = [w[int(each.argmin())] for each in tried]
        runs = len(w) * len(self.law.labels)
        methods: tuple[tuple[str, Answer | None, float, str, int], ...] = (
            ("none", {"kind": "constant"}, 0.0, "", 0),
            ("best constant", {"kind": "constant"}, best[0], f"w = {best[0]:g}", runs),
            ("limited interval", interval, best[1], f"w = {best[1]:g}", runs),
            ("learned", None, 1.0, "", 0),
        )
        contest: Answer = {"energy": {}, "picked": {}, "search": {}}
        samples: Answer = {"truth": [points_of(self.truth(c, JUDGED + seed, DRAWN)) for c in range(len(self.law.labels))]}
        for number, (name, kind, scale, picked, cost) in enumerate(methods):
            energy, floor, ends = self.energies(kind, [scale], JUDGED + seed, self.experiment.particles)
            contest["energy"][name], contest["picked"][name], contest["search"][name] = float(energy.mean()), picked, cost
            contest["floor"] = float(floor.mean())
            samples[name] = [points_of(x[0]) for x in ends]
            said(0.8 + 0.05 * (number + 1))
        contest["tried"] = {"w": w, "energy": [float(value) for value in np.asarray(tried[0])]}
        return contest, samples

    def energies(
        self, schedule: Answer | None, w: Sequence[float], seed: int, particles: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], list[Floats]]:
        """Energy distances to p(x | c), [C, W], their floors [C], and the end points of each class, [W, n, d].

        `schedule` None is the Experiment's own, the learned one.
        """
        import numpy as np
        import torch

        from gdviz.metrics.energy import energy_distance, energy_floor

        energy, floors, ends = [], [], []
        for c in range(len(self.law.labels)):
            x = self.sample(c, schedule, w, seed, particles)  # [W, n, d]
            truth = torch.from_numpy(self.truth(c, seed, particles)).double()  # [n, d]
            energy.append([energy_distance(torch.from_numpy(each).double(), truth).value for each in x])
            floors.append(energy_floor(truth, particles))
            ends.append(x)
        return np.array(energy, float), np.array(floors, float), ends

    def sample(self, c: int, schedule: Answer | None, w: Sequence[float], seed: int, particles: int) -> Floats:
        """End points of one class, [W, n, d]; the same seed is the same noise."""
        import torch

        from gdviz.checkpoints import build_stored
        from gdviz.guidance.cfg import Cfg
        from gdviz.sweep import Chunk, sweep

        changes: Answer = {"label": self.law.labels[c]}
        if schedule is not None:
            changes["schedule"] = schedule
        else:
            changes["schedule"] = self.experiment.guidance.schedule.model_dump(mode="json")
        guidance = Cfg.model_validate(changes)
        asked = self.experiment.model_copy(update={"guidance": guidance, "w": tuple(w), "particles": particles, "seed": seed})
        built = build_stored(asked, self.root)
        steps = sweep(built.plan, built.sampler, built.levels, w, particles, seed, integrals=False)
        chunks = [item.x for item in steps if isinstance(item, Chunk)]
        return torch.cat(chunks, 1).float().numpy()

    def truth(self, c: int, seed: int, count: int) -> Floats:
        """Samples of p(x | c), [n, d]."""
        import torch

        generator = torch.Generator().manual_seed(10_000_019 * (c + 1) + seed)
        return self.law.given(self.law.labels[c]).sample(count, generator).x.float().numpy()


def points_of(x: Floats) -> list[list[float]]:
    return [[round(float(value), 2) for value in point] for point in x[:DRAWN]]


def rounded(value: Any) -> Any:
    """Numbers of five digits: what a picture needs."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(inner) for inner in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
