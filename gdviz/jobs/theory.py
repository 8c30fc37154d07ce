"""The laboratory of the Theory page as background work: partial answers, and the whole one kept in the store."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gdviz import __version__
from gdviz.errors import GdvizError
from gdviz.jobs.keep import kept

if TYPE_CHECKING:
    from gdviz.experiment import Built, Experiment
    from gdviz.jobs import Report
    from gdviz.theory.slope import SlopePoint
    from gdviz.theory.subject import Subject

FORMAT = 1

HALVED = 2048
"""Particles that are run again at half the steps."""

DISTANCES = (0.5, 1.0, 1.5, 2.5)
"""Of two unit Gaussians from their middle, from near classes to far ones."""

SLOPE_STEPS = 200

Answer = dict[str, Any]
Said = Callable[[float], None]


def theory_key(topic: str, text: str) -> str:
    """The store's and the pool's key: what is asked, and the program and format that answers."""
    return f"{hashlib.sha256(f'{topic} {text}'.encode()).hexdigest()}-{__version__}-theory{FORMAT}"


def asked(topic: str, experiment: Experiment, mixtures: int = 16, runs: int = 200) -> str:
    """What a run of a topic depends on, as JSON text: the Experiment, or less of it."""
    if topic == "slope":
        about = {"about": ["label", "reward"], "mixtures": mixtures}
        return json.dumps({"particles": experiment.particles, "seed": experiment.seed, **about}, sort_keys=True)
    if topic == "tails":
        own = json.loads(experiment.canonical()) | {"w": [0.0]}
        return json.dumps({"experiment": own, "runs": runs}, sort_keys=True)
    return experiment.canonical()


def run_theory(topic: str, text: str, root: str, report: Report) -> bytes:
    """Answer one topic, publishing every partial answer, and keep the whole one in the store at `root`.

    An answer is strict JSON with ``complete`` and ``seconds``; a mean is a pair of its value and its standard error, null where
    it is not known. A store that refuses loses only the copy.

    Parameters
    ----------
    topic : {"along", "slope", "tails", "steps", "winners"}
    text : str
        As `asked` makes it.

    Raises
    ------
    GdvizError
        If the theorem does not apply to the Experiment.
    """
    began, raw = time.perf_counter(), b""
    for answer in TOPICS[topic](json.loads(text), report.progress):
        raw = json.dumps({**plain(answer), "seconds": time.perf_counter() - began}, allow_nan=False).encode()
        if not answer["complete"]:
            report.partial(raw)
    return kept(root, theory_key(topic, text), raw)


# ---------------------------------------------------------------------- the topics
def along(request: Answer, said: Said) -> Iterator[Answer]:
    """E f_t(Y_t) along the denoising, and where the gain is made."""
    from gdviz.metrics import exact_values
    from gdviz.sweep import chunks, fitting
    from gdviz.theory.martingale import LevelPaths, MartingaleStudy

    experiment, built, subject = _subject(request)
    study = MartingaleStudy(subject, experiment.w, experiment.seed, experiment.particles)
    exact, halved = exact_values(built.plan, built.sampler), min(HALVED, experiment.particles)
    slope = exact.slope_mean_reward_w0 if subject.sign > 0 else exact.slope_mean_reciprocal_w0
    whole = experiment.particles + halved / 2
    parts: list[LevelPaths] = []
    coarse: list[LevelPaths] = []

    def answer(complete: bool) -> Answer:
        rows = study.along(LevelPaths.joined(parts), LevelPaths.joined(coarse) if coarse else None)
        return {
            "names": names(subject),
            "baseline": subject.baseline,
            "slope": slope,
            "log_snr": list(study.log_snr),
            "rows": [asdict(row) for row in rows],
            "ends": _law(experiment, subject) if complete else {},
            "particles": done,
            "complete": complete,
        }

    done = 0
    for first, count in chunks(experiment.particles, fitting(4 * len(experiment.w) * built.law.dimension), gradual=True):
        parts.append(study.paths(first, count, progress=_within(said, done / whole, count / whole)))
        done += count
        yield answer(complete=False)
    for first, count in chunks(halved, halved):
        coarse.append(study.paths(first, count, halved=True, progress=_within(said, done / whole, halved / 2 / whole)))
    yield answer(complete=True)


def slope(request: Answer, said: Said) -> Iterator[Answer]:
    """The slope at w = 0 against KL, over random mixtures."""
    from gdviz.samplers.ddpm import Ddpm
    from gdviz.theory.slope import misfit, random_plans, slope_point

    sampler, skipped = Ddpm(steps=SLOPE_STEPS), 0
    points: list[SlopePoint] = []
    count = request["mixtures"]
    for plan, left_out in random_plans(count, request["seed"]):
        skipped = left_out
        progress = _within(said, len(points) / count, 1 / count)
        levels = sampler.build_levels()
        points.append(slope_point(plan, sampler, levels, request["particles"], request["seed"] + len(points), progress))
        complete = len(points) == count
        yield {
            "points": [asdict(point) for point in points],
            "misfit": misfit(points),
            "skipped": skipped,
            "particles": request["particles"],
            "complete": complete,
        }


def tails(request: Answer, said: Said) -> Iterator[Answer]:
    """Running means of 1/p for near and far classes, and for the Experiment's own."""
    from gdviz.theory.running import gaussians_apart, running

    experiment, _, subject = _subject(request["experiment"])
    named = [(f"two Gaussians at ±{distance:g}", gaussians_apart(distance)) for distance in DISTANCES]
    if subject.of == "mean_reciprocal":
        named.append((f"this experiment, 1 / {subject.plan.reward_title}", subject.plan))
    rows: list[Answer] = []
    for k, (name, plan) in enumerate(named):
        progress = _within(said, k / len(named), 1 / len(named))
        found = running(plan, experiment.particles, request["runs"], experiment.seed, progress)
        if found is not None:
            rows.append({"name": name, **asdict(found)})
        yield {"rows": rows, "particles": experiment.particles, "complete": k == len(named) - 1}


def steps(request: Answer, said: Said) -> Iterator[Answer]:
    """The mean at fewer and fewer steps, and the limit of small ones."""
    import numpy as np

    from gdviz.sweep import chunks, fitting
    from gdviz.theory.step_size import StepStudy

    experiment, built, subject = _subject(request)
    study = StepStudy(subject, experiment.w, experiment.seed, experiment.particles)
    parts: list[Any] = []
    done, limits = 0, study.limits()
    for first, count in chunks(experiment.particles, fitting(2 * len(experiment.w) * built.law.dimension), gradual=True):
        parts.append(study.ends(first, count, _within(said, done / experiment.particles, count / experiment.particles)))
        done += count
        yield {
            "names": names(subject),
            "w": list(experiment.w),
            "rows": [asdict(row) for row in study.resolutions(np.concatenate(parts, -1))],
            "limits": [asdict(limit) for limit in limits],
            "particles": done,
            "complete": done == experiment.particles,
        }


def winners(request: Answer, said: Said) -> Iterator[Answer]:
    """Particles whose reward fell and others, with their paths."""
    from gdviz.theory.winners import KEPT
    from gdviz.theory.winners import winners as find

    experiment, _, subject = _subject(request)
    found = asdict(find(subject, max(experiment.w), experiment.particles, experiment.seed, said))
    shown = {name: values[:KEPT] for name, values in found.items() if name in ("before", "after")}
    yield {"names": names(subject), **found, **shown, "particles": experiment.particles, "complete": True}


TOPICS: dict[str, Callable[[Answer, Said], Iterator[Answer]]] = {
    "along": along,
    "slope": slope,
    "tails": tails,
    "steps": steps,
    "winners": winners,
}


# ---------------------------------------------------------------------- shared by them
def names(subject: Subject) -> Answer:
    """How things are written on screen; ``f`` is what the theorem speaks of."""
    plan = subject.plan
    assert plan.toward is not None and plan.away is not None
    return {
        "reward": plan.reward_title,
        "f": plan.reward_title if subject.sign > 0 else f"1 / {plan.reward_title}",
        "of": subject.of,
        "unguided": plan.unguided.name,
        "toward": plan.toward.name,
        "away": plan.away.name,
    }


def plain(value: Any) -> Any:
    """Numbers and lists of Python's own; null for what is not finite."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _subject(request: Answer) -> tuple[Experiment, Built, Subject]:
    from gdviz.checkpoints import build_trained
    from gdviz.experiment import Experiment
    from gdviz.theory.subject import Subject

    experiment = Experiment.parse(request)
    built = build_trained(experiment)
    return experiment, built, Subject.of_plan(built.plan, built.sampler, built.levels)


def _law(experiment: Experiment, subject: Subject) -> dict[str, float]:
    """The guided law's own mean at each w, where it is shipped or, on a line, quickly made."""
    from gdviz.exact_curves import compute, find

    points = find(experiment) or ()
    if not points and subject.plan.unguided.dimension == 1:
        with contextlib.suppress(GdvizError):  # no box holds the law
            points = compute(experiment, experiment.w) or ()
    known = {point.w: getattr(point, subject.of) for point in points if point.w in experiment.w}
    return {f"{w:g}": value for w, value in known.items() if value is not None}


def _within(said: Said, start: float, share: float) -> Said:
    """Progress through a part of the whole."""
    return lambda done: said(start + share * done)
