"""The Curves page: one Experiment, many w, bars that shrink as chunks arrive."""

from __future__ import annotations

from collections.abc import Sequence

from gdviz.studies.curves import CurvesAnswer, CurvesStudy
from gdviz.ui.curves.choice import choose, how_shown
from gdviz.ui.curves.results import draw
from gdviz.ui.parts.required_networks import duration
from gdviz.ui.parts.run_controls import RunWords, show_controls
from gdviz.ui.parts.runs import RunStatus, find_run

Run = RunStatus[CurvesAnswer]


def page() -> None:
    """Choose, run, read."""
    choice = choose()
    if choice is None:
        return
    runs = [find_run(CurvesStudy(experiment)) for experiment in choice.experiments]
    watched = show_controls(runs, _RUN, "curves")
    answers = [
        (experiment.score.source, run.answer)
        for experiment, run in zip(choice.experiments, runs, strict=True)
        if run.answer is not None
    ]
    if answers:
        draw(answers, choice.name, how_shown(), watched.active)
    watched.wait()


def _arrived(run: Run) -> int:
    """Particles at each w."""
    return 0 if run.answer is None else run.answer.particles


def _wanted(run: Run) -> int:
    assert isinstance(run.study, CurvesStudy)
    return run.study.experiment.particles


def _goes_on(run: Run) -> str:
    if run.answer is not None and run.answer.law is None:
        return "Working out the exact law of the guided sampler"
    if _arrived(run) >= _wanted(run):
        return "Sampling: measuring step change and distances"
    return f"Sampling: {_arrived(run):,} of {_wanted(run):,} particles"


def _finished(runs: Sequence[Run]) -> str:
    assert runs[0].answer is not None
    result = runs[0].answer.result
    where = result.versions.get("device", "cpu")
    return f"Finished: {_arrived(runs[0]):,} particles at each w in {duration(result.seconds)} on {where}."


def _stopped(run: Run) -> str:
    part = f"The curves show the {_arrived(run):,} particles of {_wanted(run):,} that had arrived."
    return f"Stopped. {part if _arrived(run) else 'No particles had arrived yet.'}"


_RUN = RunWords(
    "Press Run. The curves appear after the first thousand particles and sharpen from then on.",
    running=_goes_on,
    finished=_finished,
    stopped=_stopped,
)
