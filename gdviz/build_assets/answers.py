"""Makes the answers that come with the program, so that the Lab's pages show something before anybody presses Run:
``python -m gdviz.ui.build_answers``.

They are what the pages' own runs give, kept in assets/answers as in any store. They depend on the program's numbers, so
they are made again when those change on purpose (`make answers`); a test says which are missing.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from gdviz.jobs import Report
from gdviz.jobs.curves import curves_key, run_curves
from gdviz.jobs.figures import figure_key, run_figure
from gdviz.jobs.robustness import robustness_key, run_robustness
from gdviz.jobs.theory import asked, run_theory, theory_key
from gdviz.papers.make import NUMBERS
from gdviz.presets import names
from gdviz.resources import resource
from gdviz.ui.curves import choice as curves_choice
from gdviz.ui.robustness import choice as robustness_choice
from gdviz.ui.theory import choice as theory_choice

Run = Callable[[str, Report], bytes]


def first_runs() -> dict[str, Run]:
    """What the pages run when they are opened, by the key under which they look for it; each takes a store and a report."""
    runs: dict[str, Run] = {}
    for name in names():
        experiment = curves_choice.usual(name)
        runs[curves_key(experiment.id)] = partial(run_curves, experiment.canonical())
    for topic in theory_choice.TOPICS:
        if topic != "step":  # needs no run
            text = asked(topic, theory_choice.usual(topic))
            runs[theory_key(topic, text)] = partial(run_theory, topic, text)
    for number in NUMBERS:
        runs[figure_key(number, quick=True)] = partial(run_figure, number, True)
    for source in robustness_choice.usual():
        runs[robustness_key(source.experiment.id)] = partial(run_robustness, source.experiment.canonical())
    return runs


def ship() -> None:
    """Make what is missing, and remove what no page asks for any more."""
    place, runs = resource("assets") / "answers", first_runs()
    for old in (place / "index").glob("*"):
        if old.name not in runs:
            (place / "scenes" / old.read_text()).unlink(missing_ok=True)
            old.unlink()
    for key, run in runs.items():
        if (place / "index" / key).is_file():
            continue
        began = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            answer = run(folder, Report(lambda what, value: None, lambda: False))
            for part in ("index", "scenes"):
                shutil.copytree(Path(folder) / part, place / part, dirs_exist_ok=True)
        print(f"{key[-24:]}: {len(answer) / 1e3:.0f} kB in {time.process_time() - began:.0f} CPU-s", flush=True)


if __name__ == "__main__":
    ship()
