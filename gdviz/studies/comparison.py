"""Guidance methods against each other on one scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdviz.comparison.answer import ComparisonAnswer, Entry
from gdviz.errors import GdvizError
from gdviz.studies._study import Study, StudyContext, trainings_of

if TYPE_CHECKING:
    from gdviz.experiment import Experiment
    from gdviz.training import Task

MOST_METHODS = 12
FEWEST_PARTICLES, MOST_PARTICLES = 256, 4096
MOST_SEEDS = 20
FEWEST_EVALUATIONS, MOST_EVALUATIONS = 8, 2000
MOST_BUDGETS = 4


@dataclass(frozen=True)
class Comparison(Study[ComparisonAnswer]):
    """Methods, budgets and seeds on a scene, against exact samples of its goal.

    Attributes
    ----------
    experiment : Experiment
        The scene: its target, its label or reward.
    methods : tuple of str
    w : float
    budgets : tuple of int
        Network evaluations a sample.
    particles, seeds : int
    """

    name = "comparison"
    answer = ComparisonAnswer

    experiment: Experiment
    methods: tuple[str, ...]
    w: float = 1.0
    budgets: tuple[int, ...] = (64, 128, 256)
    particles: int = 1024
    seeds: int = 5

    def tasks(self) -> tuple[Task, ...]:
        return trainings_of(self.experiment)

    def request(self) -> dict[str, Any]:
        from gdviz.comparison.methods import METHODS

        versions = {name: METHODS[name].version for name in self.methods if name in METHODS}
        return {**super().request(), "methods": [f"{name}{versions.get(name, '')}" for name in self.methods]}

    def check(self) -> None:
        """Refuse what cannot be run, before anything is.

        Raises
        ------
        GdvizError
            In one sentence.
        """
        from gdviz.comparison.methods import POPULATION, find_method, takes_of

        takes_of(self.experiment)
        for name in self.methods:
            find_method(name).described(self.experiment, self.w, self.budgets[0] if self.budgets else 64, POPULATION)
        if not 1 <= len(self.methods) <= MOST_METHODS or len(set(self.methods)) < len(self.methods):
            raise GdvizError(f"methods: found {len(self.methods)}; from one to {MOST_METHODS} different ones are compared.")
        if not self.budgets or len(self.budgets) > MOST_BUDGETS or len(set(self.budgets)) < len(self.budgets):
            raise GdvizError(f"evaluations: found {len(self.budgets)} budgets; from one to {MOST_BUDGETS} different ones.")
        wrong = [value for value in self.budgets if not FEWEST_EVALUATIONS <= value <= MOST_EVALUATIONS]
        if wrong:
            raise GdvizError(f"evaluations: found {wrong[0]}; a sample may cost {FEWEST_EVALUATIONS} to {MOST_EVALUATIONS:,}.")
        if not FEWEST_PARTICLES <= self.particles <= MOST_PARTICLES or self.particles % POPULATION:
            raise GdvizError(
                f"particles: found {self.particles}; allowed: {FEWEST_PARTICLES} to {MOST_PARTICLES:,}, "
                f"in multiples of {POPULATION}."
            )
        if not 2 <= self.seeds <= MOST_SEEDS:
            raise GdvizError(f"seeds: found {self.seeds}; allowed: 2 to {MOST_SEEDS}, for an error bar takes two.")

    def run(self, context: StudyContext) -> ComparisonAnswer:
        from gdviz.checkpoints import build_stored
        from gdviz.comparison.contest import Contest, entries
        from gdviz.comparison.methods import find_method

        self.check()
        contest = Contest(
            self.experiment, self.w, self.particles, self.seeds, lambda experiment: build_stored(experiment, context.root)
        )
        floors, shown, found = contest.floors(), contest.goal_shown(), list[Entry]()
        methods = [find_method(name) for name in self.methods]

        def answer(complete: bool) -> ComparisonAnswer:
            plan = contest.plan
            return ComparisonAnswer(
                contest.goal.title, plan.unguided.name, plan.reward_title, self.w, self.particles, self.seeds,
                tuple(found), floors, shown, complete=complete,
            )  # fmt: skip

        for entry in entries(contest, methods, self.budgets, context.runner, context.progress):
            found.append(entry)
            context.partial(answer(False))
        return answer(True)
