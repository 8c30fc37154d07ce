"""What the theorem speaks of, from an Experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdviz.experiment import Built, Experiment
    from gdviz.theory.subject import Subject


def subject_of(experiment: Experiment) -> tuple[Built, Subject]:
    """The Experiment as built, and its subject.

    Raises
    ------
    GdvizError
        If the theorem does not apply to the Experiment.
    """
    from gdviz.checkpoints import build_stored
    from gdviz.theory.subject import Subject

    built = build_stored(experiment)
    return built, Subject.of_plan(built.plan, built.sampler, built.levels)
