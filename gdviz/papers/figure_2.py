"""Figure 2's stand-in: proportion improved, and the mean of 1/p(c | Y^w), on 8x8 digits in place of ImageNet."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from gdviz.experiment import Experiment
from gdviz.papers.digit_readings import ALL, ClassReading, Estimate, falls, largest_reciprocal, read_classes
from gdviz.papers.digit_runs import LABELS, TRAINED, label_run
from gdviz.papers.make import FigureReading, FigureSize
from gdviz.papers.paper_figure import Value, estimated
from gdviz.papers.picture import Band, Dots, Line, Mark, Panel, Picture, floats

if TYPE_CHECKING:
    from gdviz.result import Result

FULL = FigureSize(steps=50, particles=8_000)
"""The paper has 20 classes and 1000 trials of each; eight times as many tell rare failures from none."""

QUICK = FigureSize(steps=20, particles=500)

W = 0.0, 0.25, 0.5, 1.0, 2.0, 4.0
QUICK_W = 0.0, 0.5, 1.0, 2.0

IMPROVED, UNRELATED, MEAN = "proportion improved", "proportion improved, unrelated pairs", "mean of 1/p(c | x)"
WIDTH, HEIGHT = 300, 300


def experiments(size: FigureSize) -> dict[str, Experiment]:
    """CFG toward each digit, all on the same noise."""
    w = W if size.steps >= FULL.steps else QUICK_W
    return {label: label_run(label, w, size.steps, size.particles) for label in LABELS}


def read(results: Mapping[str, Result]) -> FigureReading:
    """Three panels, the ten digits thin and all of them bold; which digits' intervals part between w = 0 and 2."""
    readings = read_classes(results)
    panels = (
        _panel("Improved, same noise", IMPROVED, readings, lambda each: each.improved),
        _panel("Improved, unrelated pairs", UNRELATED, readings, lambda each: each.unrelated),
        _panel("Mean of 1/p(c | x)", f"log10 of the {MEAN}", readings, lambda each: each.reciprocal, log=True),
    )
    picture = Picture("8x8 digits, a stand-in for ImageNet: toward p(x | digit), away from p(x)", (panels,))
    return FigureReading(picture, tuple(_values(readings)), _agrees(readings, results), _OURS)


_OURS = (
    "Ours: everything stands in for the paper's panels on ImageNet (latent diffusion, Inception v3, 20 classes): real images of "
    f"8x8 pixels, a small network trained for {TRAINED:,} steps, a separate classifier trained on other images, the values of w, "
    "and the intervals of the mean of 1/p, which hold for every law of numbers between 1 and the most that the classifier can "
    "say; nothing exact is known here, so no exact value and no identity is drawn."
)


def _panel(
    title: str,
    y_title: str,
    readings: Sequence[ClassReading],
    pick: Callable[[ClassReading], Estimate | None],
    log: bool = False,
) -> Panel:
    def scaled(value: float) -> float:
        return math.log10(value) if log else value

    marks: list[Mark] = []
    held: list[float] = []
    for label in (*LABELS, ALL):
        points = [(each.w, estimate) for each in readings if each.label == label and (estimate := pick(each)) is not None]
        w, value = floats(w for w, _ in points), floats(scaled(estimate.value) for _, estimate in points)
        held += value
        if label != ALL:
            marks.append(Line(w, value, "muted", "each digit"))
            continue
        low, high = (floats(scaled(getattr(estimate, end)) for _, estimate in points) for end in ("low", "high"))
        held += [*low, *high]
        marks += [Band(w, low, high, "guided"), Line(w, value, "guided"), Dots(w, value, "guided", "all ten, with the 95 % band")]
    air = 0.04 * (max(held) - min(held)) + 1e-3
    return Panel(
        title, "guidance scale w  (0 = no guidance)", y_title, (-0.15, max(each.w for each in readings) + 0.15),
        (min(held) - air, max(held) + air), tuple(marks), width=WIDTH, height=HEIGHT,
    )  # fmt: skip


def _values(readings: Sequence[ClassReading]) -> list[Value]:
    values = []
    for each in readings:
        for quantity, value in ((MEAN, each.reciprocal), (IMPROVED, each.improved), (UNRELATED, each.unrelated)):
            if value is not None:
                where = {"interval_low": value.low, "interval_high": value.high}
                values.append(estimated(each.label, each.w, quantity, value.value, value.se, value.step, **where))
    return values


def _agrees(readings: Sequence[ClassReading], results: Mapping[str, Result]) -> str:
    apart, others = falls(readings)
    over_all = {each.w: each for each in readings if each.label == ALL}
    zero, two = over_all[0.0], over_all[2.0]
    assert two.improved is not None and two.unrelated is not None
    said = (
        "Between w = 0 and w = 2 the mean of 1/p(c | x) falls with 95 % intervals that do not overlap for "
        f"{len(apart)} of 10 digits" + (f" ({', '.join(apart)})" if apart and others else "")
    )
    trials = next(iter(results.values())).experiment.particles
    if others:
        width = 3.7 * largest_reciprocal() / trials
        said += (
            f", and not for {', '.join(others)}: with {trials:,} trials of a number that may reach {largest_reciprocal():,.0f} "
            f"an interval reaches at least {width:.2g} above the mean, and too few samples fail at w = 0 to be told from none"
        )
    return (
        f"{said}. Over all ten it falls from {_with_ends(zero.reciprocal)} to {_with_ends(two.reciprocal)}, while at w = 2 "
        f"{100 * two.improved.value:.1f} % of the samples improve on the same noise and {100 * two.unrelated.value:.1f} % "
        "against unrelated samples: the mean improves and single samples need not, as in the paper."
    )


def _with_ends(estimate: Estimate) -> str:
    return f"{estimate.value:.3g} (95 %: {estimate.low:.3g} to {estimate.high:.3g})"
