"""What the Digits page says in words and in its table."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from gdviz.studies.digits import classifier_report
from gdviz.tables import interval

if TYPE_CHECKING:
    from gdviz.papers.digit_readings import Estimate
    from gdviz.studies.digit_answers import DigitRewardAnswer, LabelsAnswer


def sentence(answer: LabelsAnswer, label: str) -> str:
    """What guidance does between w = 0 and 2, for a digit or for all."""
    rows = {row.w: row for row in answer.readings if row.label == label}
    zero, two = rows[0], rows[2]
    before, after, improved = zero.reciprocal, two.reciprocal, two.improved
    assert improved is not None
    who = "over all ten digits" if label == "all" else f"for {label}"
    change = (
        f"From w = 0 to 2 the mean of 1/p(c | x) {who} goes from {_with_ends(before)} to {_with_ends(after)}: "
        f"the 95 % intervals {'do not overlap' if before.low > after.high else 'overlap'}."
    )
    best = min(answer.frechet, key=lambda row: math.inf if row.distance is None else row.distance)
    return (
        f"{change} {100 * improved.value:.1f} % of the samples improve, not all; p(c | x) is above 1/2 for "
        f"{100 * zero.recognised:.1f} % of them at w = 0 and {100 * two.recognised:.1f} % at 2. "
        f"The samples of all ten digits are nearest to real images at w = {best.w:g} of those tried."
    )


def table(answer: LabelsAnswer, label: str) -> list[dict[str, str]]:
    """The numbers behind the figures."""
    distances = {row.w: row for row in answer.frechet}
    return [
        {
            "w": f"{row.w:g}",
            "mean of 1/p(c | x)": f"{row.reciprocal.value:.4g}",
            "95 % interval": f"{row.reciprocal.low:.4g} to {row.reciprocal.high:.4g}",
            "step change": interval(row.reciprocal.step, None),
            "improved": _estimate(row.improved),
            "against unrelated": _estimate(row.unrelated),
            "p(c | x) above 1/2": f"{100 * row.recognised:.1f} %",
            "Frechet distance, all ten": interval(distances[row.w].distance, distances[row.w].se),
        }
        for row in answer.readings
        if row.label == label
    ]


def reward_table(answer: DigitRewardAnswer) -> list[dict[str, str]]:
    """Those of a reward."""
    return [
        {
            "w": f"{row.w:g}",
            "mean": interval(*row.potential),
            "improved": interval(*(row.improved or (None, None))),
            "Frechet distance": interval(row.distance, row.se),
        }
        for row in answer.rows
    ]


@cache
def about_classifier() -> str:
    """Accuracy and calibration of the classifier, as its own report has them."""
    report = classifier_report()
    error = interval(report.calibration_error, report.calibration_error_se)
    return (
        f"**The classifier** was trained on 500 other images. On {report.images} that nothing was trained on it is right in "
        f"{100 * report.accuracy:.1f} ± {196 * report.accuracy_se:.1f} %. Expected calibration error, ten equally full "
        f"bins: {error}; a perfectly calibrated one would show {report.calibration_floor:.4f} with so few images. Its "
        f"temperature is {report.temperature:.3f}; in a share {report.lapse:.4f} of all cases its answer may be anything "
        f"(no lapse among 899 images), so 1/p is at most {10 / report.lapse:,.0f}. With a perfect network and classifier the "
        "mean at w = 0 would be 1/p(c), about 10, carried by images too rare to be among the 1797."
    )


def _estimate(estimate: Estimate | None) -> str:
    return "-" if estimate is None else interval(estimate.value, estimate.se)


def _with_ends(estimate: Estimate) -> str:
    return f"{estimate.value:.3g} ({estimate.low:.3g} to {estimate.high:.3g})"
