"""What learned guidance weights look like and gain, as background work whose end is kept in the store."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.jobs.keep import kept
from gdviz.jobs.weights_contest import Contest, rounded
from gdviz.resources import resource

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.jobs import Report
    from gdviz.networks import FrozenWeights
    from gdviz.training import Task

FORMAT = 1

FLOW_TIMES = [round(0.02 * k, 2) for k in range(1, 50)] + [0.99]
"""Where curves over flow time are evaluated: 0.02 to 0.99."""

SHOWN_STEPS = 0.01, 0.1
"""Steps t - s of the curves: as sampling takes them and as the paper plots them, and the shortest of training."""

GRID = [round(0.025 + 0.025 * k, 3) for k in range(39)]
"""s and t of the maps."""

PROFILED = 0.3, 0.5, 0.7, 0.9
"""Flow times t from which a step of 0.1 is looked at loss by loss."""

PROFILE_W = [round(-1 + 0.25 * k, 2) for k in range(17)]

Answer = dict[str, Any]


@dataclass(frozen=True)
class WeightsStudy:
    """Learned weights against none, the best constant and the best limited interval.

    Attributes
    ----------
    experiment : Experiment
        Its guidance is cfg under a learned schedule, of any label: all labels are run. Its w are the constants that the
        search tries. Seeds of networks, weights and particles count from its own.
    seeds : int
        Networks, each with weights of its own.
    """

    experiment: Experiment
    seeds: int = 3

    def text(self) -> str:
        """What is asked, as JSON: `of_text` reads it."""
        return json.dumps({"experiment": json.loads(self.experiment.canonical()), "seeds": self.seeds}, sort_keys=True)

    @staticmethod
    def of_text(text: str) -> WeightsStudy:
        """The study behind a text."""
        from gdviz.experiment import Experiment

        asked = json.loads(text)
        return WeightsStudy(Experiment.parse(asked["experiment"]), asked["seeds"])

    def with_seed(self, seed: int) -> Experiment:
        """The Experiment on network and weights of one seed."""
        from gdviz.scores.network import Network

        learned = self.experiment
        score, schedule = learned.score, learned.guidance.schedule
        if isinstance(score, Network):
            score = score.model_copy(update={"seed": score.seed + seed})
        schedule = schedule.model_copy(update={"seed": getattr(schedule, "seed", 0) + seed})
        guidance = learned.guidance.model_copy(update={"schedule": schedule})
        return learned.model_copy(update={"score": score, "guidance": guidance})

    def tasks(self) -> tuple[Task, ...]:
        """All trainings that it needs, each after those that it starts from; the weights of the first seed come early.

        Raises
        ------
        GdvizError
            If the Experiment's parts do not fit each other.
        """
        from gdviz.checkpoints import required_tasks

        found = [task for seed in range(self.seeds) for task in required_tasks(self.with_seed(seed))]
        return tuple({task.id: task for task in found}.values())

    def watched(self) -> Task:
        """The training whose weights are looked at: that of the first seed. Nothing is built to name it."""
        from gdviz.checkpoints import task_for
        from gdviz.guidance.schedules.learned import Learned
        from gdviz.scores import Wanted

        learned = self.experiment.guidance.schedule
        assert isinstance(learned, Learned)
        return task_for(self.experiment, Wanted("weights", None, learned.recipe, learned.steps, learned.seed))


def weights_key(text: str) -> str:
    """The store's and the pool's key of a study: what is asked, and the program and format that answers."""
    return f"{hashlib.sha256(text.encode()).hexdigest()}-{__version__}-weights{FORMAT}"


def run_weights(text: str, root: str, report: Report) -> bytes:
    """Run a study (its text) with networks that are there, publishing every partial answer, and keep the whole one.

    An answer is strict JSON: ``labels``; ``flow_times``, and over them ``curves`` (by step, a row a class), ``pushes``;
    ``map`` of one seed's weights; ``profiles`` of the losses; ``samples`` of each method; ``contests``, one a seed, with the
    energy distance to p(x | c) of each method as mean over the classes, its floor, and what was picked.

    Raises
    ------
    GdvizError
        If a network is not there: networks are trained elsewhere.
    """
    began, study = time.perf_counter(), WeightsStudy.of_text(text)
    answer: Answer = {}
    for seed in range(study.seeds):
        contest = Contest(study.with_seed(seed), Path(root))
        if seed == 0:
            answer = {**looks(contest), "contests": []}
            report.partial(json.dumps({**answer, "complete": False}, allow_nan=False).encode())
        energies, samples = contest.run(seed, _within(report.progress, seed / study.seeds, 1 / study.seeds))
        answer["contests"].append(energies)
        answer = {"samples": samples, **answer}
        whole = {"request": json.loads(text), **answer, "complete": seed == study.seeds - 1}
        raw = json.dumps({**whole, "seconds": time.perf_counter() - began}, allow_nan=False).encode()
        report.partial(raw)
    return kept(root, weights_key(text), raw)


# ---------------------------------------------------------------------- what the weights look like
def looks(contest: Contest) -> Answer:
    """Curves, maps, where the weights are identified, and what each loss asks for."""
    from dataclasses import asdict

    from gdviz.theory.weights import loss_profiles, push_sizes

    labels, law = contest.law.labels, contest.law
    profiles = []
    for t in PROFILED:
        found = loss_profiles(law, contest.scores, (t - 0.1, t), PROFILE_W, points=400)
        profiles.append({"t": t, "s": round(t - 0.1, 3), "losses": {name: rounded(asdict(each)) for name, each in found.items()}})
    return {
        "labels": list(labels),
        "shares": [law.class_probability(label) for label in labels],
        "flow_times": FLOW_TIMES,
        "pushes": rounded(push_sizes(law, contest.scores, FLOW_TIMES).tolist()),
        "curves": curves(contest.weights, len(labels)),
        "map": maps(contest.weights, len(labels)),
        "profiles": profiles,
    }


def curves(weights: FrozenWeights, labels: int) -> dict[str, list[list[float | None]]]:
    """omega(t - step, t) at `FLOW_TIMES`, one row a class, by step; null where the step does not fit."""
    found = {}
    for step in SHOWN_STEPS:
        fits = [t for t in FLOW_TIMES if t > step]
        blank: list[float | None] = [None] * (len(FLOW_TIMES) - len(fits))
        found[f"{step:g}"] = [blank + rounded(weights.curve(label, fits, step)) for label in range(labels)]
    return found


def maps(weights: FrozenWeights, labels: int) -> Answer:
    """omega(c, s, t) on a grid, for each class; null where s is not below t."""
    from gdviz.theory.weights import weight_map

    values = [weight_map(weights, label, GRID, GRID).tolist() for label in range(labels)]
    return {"s": GRID, "t": GRID, "omega": [[[None if v != v else round(v, 3) for v in row] for row in each] for each in values]}


# ---------------------------------------------------------------------- answers that come with the program
def shipped_file(text: str) -> str:
    """Name in assets/weights of the answer to a text."""
    return f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"


def shipped(text: str) -> bytes | None:
    """The answer to a text that came with the program, if there is one."""
    try:
        return resource("assets", "weights", shipped_file(text)).read_bytes()
    except GdvizError:
        return None


def _within(said: Callable[[float], None], start: float, share: float) -> Callable[[float], None]:
    """Progress through a part of the whole."""
    return lambda done: said(start + share * done)
