"""What the Lab's pages show before anybody presses Run: the answers to what they ask when they are opened."""

from __future__ import annotations

import shutil
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from gdviz.jobs import JobReport
from gdviz.jobs.study_job import run_study
from gdviz.papers.make import NUMBERS
from gdviz.presets import names as preset_names
from gdviz.resources import resource
from gdviz.studies import Study
from gdviz.studies.curves import CurvesStudy
from gdviz.studies.paper_figures import PaperFigures
from gdviz.studies.robustness import Robustness
from gdviz.studies.theory.topics import TOPICS, study_of
from gdviz.ui.curves.choice import usual as usual_curves
from gdviz.ui.robustness.choice import usual as usual_errors
from gdviz.ui.theory.choice import usual as usual_subject

KIND, FOLDER = "answers", "answers"


@cache
def first_studies() -> dict[str, Study[Any]]:
    """What the pages ask when they are opened, by a name."""
    studies: dict[str, Study[Any]] = {}
    for name in preset_names():
        studies[f"curves-{name}"] = CurvesStudy(usual_curves(name))
    for topic in TOPICS:
        studies[f"theory-{topic}"] = study_of(topic, usual_subject(topic))
    for number in NUMBERS:
        studies[f"figure-{number}"] = PaperFigures(number, quick=True)
    for number, source in enumerate(usual_errors(), start=1):
        studies[f"robustness-{number}"] = Robustness(source.experiment)
    return studies


def names() -> list[str]:
    """Of all answers."""
    return list(first_studies())


def missing() -> list[str]:
    """Names whose answer does not come with the program as it is."""
    return [name for name, study in first_studies().items() if not (_root() / "index" / study.key).is_file()]


def build(name: str) -> str:
    """Run a study."""
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        answer = run_study(first_studies()[name], folder, JobReport(lambda what, value: None, lambda: False))
        for part in ("index", "scenes"):
            shutil.copytree(Path(folder) / part, _root() / part, dirs_exist_ok=True)
    return f"{len(answer) / 1e3:.0f} kB in {time.process_time() - began:.0f} CPU-s"


def prune() -> None:
    """Remove answers to what no page asks any more."""
    keys = {study.key for study in first_studies().values()}
    for old in (_root() / "index").glob("*"):
        if old.name not in keys:
            (_root() / "scenes" / old.read_text()).unlink(missing_ok=True)
            old.unlink()


def _root() -> Path:
    return Path(str(resource("assets"))) / FOLDER
