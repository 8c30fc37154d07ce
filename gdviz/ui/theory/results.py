"""The results of each topic of the Theory page: a sentence, figures, a table."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import plotly.graph_objects as go
import streamlit as st

from gdviz.figures import particles as particle_figures
from gdviz.figures import theory as figures
from gdviz.tables import interval
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import palette, show_chart
from gdviz.ui.theory.words import peaks, sentence

if TYPE_CHECKING:
    from gdviz.metrics.mean import Mean
    from gdviz.record import Answer
    from gdviz.studies.theory.martingale import MartingaleAnswer
    from gdviz.studies.theory.slope import SlopeAnswer
    from gdviz.studies.theory.steps import StepsAnswer
    from gdviz.studies.theory.tails import TailsAnswer
    from gdviz.studies.theory.winners import WinnersAnswer


def draw(topic: str, answer: Answer) -> None:
    """Everything that is read off the answer of a topic (`gdviz.studies.theory`)."""
    with st.container(key="theory.sentence"):
        st.markdown(f"**{as_typed(sentence(topic, answer))}**")
    _DRAWN[topic](answer)


def plot(key: str, title: str, words: str, figure: go.Figure, alt: str | None = None) -> None:
    """A figure of this page."""
    show_chart(f"theory.figure.{key}", title, words, figure, alt=alt, small=True)


# ---------------------------------------------------------------------- topics
def _along(answer: MartingaleAnswer) -> None:
    colours, names = palette(), answer.names
    words = (
        f"w = 0 samples {names.unguided}; w > 0 pushes toward {names.toward}, away from {names.away}. "
        f"{answer.particles:,} particles at each w, on the same noise. Bands: 95 % intervals; dashed: the exact value at "
        "w = 0; diamonds: the exact law of the guided sampler, where known."
    )
    st.caption(as_typed(words))
    title = f"Mean of {names.f} on the way, E f_t(Y_t)"
    plot("along", title, "Dotted: the running integral of the identity.", figures.along_figure(answer, colours))
    left, right = st.columns(2, gap="medium")
    with left:
        words = "Particle by particle: 0 but for noise and step size. Thin bars: change against half as many steps."
        plot("gap", "Mean less identity", words, figures.gap_figure(answer, colours))
    with right:
        words = "The identity's integrand per unit of w. The area below a curve is the gain; at w = 0 it is the slope."
        plot("rate", "Where the gain is made", words, figures.rate_figure(answer, colours), peaks(answer))
    heavy = ", ".join(f"{row.w:g}" for row in answer.rows if row.value[-1][0] is None)
    if heavy:
        st.warning(
            f"{as_typed(names.f)} is not estimable from {answer.particles:,} samples at w = {as_typed(heavy)}: its tail is too "
            "heavy, so curve and band end where it begins to be.",
            icon=":material/warning:",
        )
    lines = [
        {
            "w": row.w,
            f"mean {names.f} at the end": interval(*row.value[-1]),
            "identity": interval(*row.predicted[-1]),
            "difference": interval(*row.gap[-1]),
            "step change": interval(row.step[-1] if row.step else None, None),
            "exact law": interval(answer.ends.get(f"{row.w:g}"), None),
            "gain per unit of w": interval(*row.gain),
            "exact slope at 0": interval(abs(answer.slope) if row.w == 0 and answer.slope is not None else None, None),
        }
        for row in answer.rows
    ]
    st.dataframe(lines, hide_index=True, key="theory.table")


def _slope(answer: SlopeAnswer) -> None:
    st.caption(
        f"{answer.particles:,} particles at w = ±0.1 and ±0.2 on the same noise, 200 steps; the difference is taken to fourth "
        "order in w. Thick bars: 95 % intervals; thin bars: change against half as many steps. "
        f"{answer.skipped:,} draws were left out beforehand because the exact variance of f is too large. The guided class is "
        "made the widest of its mixture: 1/p of a narrow one has too heavy a tail for a slope. Rewards have any mixture."
    )
    left, right = st.columns(2, gap="medium")
    with left:
        plot("slope", "Slope at w = 0, measured and exact", "", figures.slope_figure(answer, palette()))
    with right:
        plot("ratio", "Measured over exact", "", figures.ratio_figure(answer, palette()))
    lines = [
        {
            "guided by": point.kind,
            "dimension": point.dimension,
            "E f": interval(point.mean, None),
            "KL": interval(point.divergence, None),
            "exact slope": interval(point.exact, None),
            "measured": interval(*point.measured),
            "step change": interval(point.step, None),
        }
        for point in answer.points
    ]
    st.dataframe(lines, hide_index=True, key="theory.table")


def _tails(answer: TailsAnswer) -> None:
    runs = answer.rows[0].runs
    st.caption(
        f"Exact samples without guidance, so that nothing but the tail is in the way. {runs:,} runs of {answer.particles:,} "
        "samples each; five are drawn. The program's verdict is on the first run."
    )
    held = figures.running_range(answer.rows)
    for start in range(0, len(answer.rows), 2):
        pair = enumerate(answer.rows[start : start + 2], start)
        for place, (k, row) in zip(st.columns(2, gap="medium"), pair, strict=False):
            with place:
                verdict = "the mean is printed" if row.tail and row.tail.reliable else "not estimable"
                words = f"Exact: {row.exact:.4g}. Interval covers in {_percent(row.covered)} of runs. Verdict: {verdict}."
                plot(f"running.{k}", row.name[:1].upper() + row.name[1:], words, figures.running_figure(row, held, palette()))
    lines = [
        {
            "law": row.name,
            "exact": interval(row.exact, None),
            "mean of run 1": interval(*row.means[0][-1]),
            "usual interval covers": _percent(row.covered),
            "program refuses": _percent(row.refused),
            "Pareto shape": interval(row.tail.k_hat if row.tail else None, None),
            "share of the top 1 %": interval(row.tail.top_share if row.tail else None, None),
        }
        for row in answer.rows
    ]
    st.dataframe(lines, hide_index=True, key="theory.table")


def _steps(answer: StepsAnswer) -> None:
    names, finest = answer.names, answer.rows[0].steps
    known = "" if answer.limits else " The limit is not known here: the law has no density on a grid."
    st.caption(f"{answer.particles:,} particles at each w and each number of steps. Bands and bars: 95 % intervals.{known}")
    left, right = st.columns(2, gap="medium")
    with left:
        words = "Dashed: the guided law, the limit of small steps."
        plot("steps", f"Mean of {names.f} against steps", words, figures.steps_figure(answer, palette()))
    with right:
        words = f"Against {finest} steps on the same Brownian path, far better known than either mean."
        plot("shift", "What fewer steps change", words, figures.shift_figure(answer, palette()))
    limits = {limit.w: limit.value for limit in answer.limits}
    lines = []
    for k, w in enumerate(answer.w):
        line = {"w": w, "limit": interval(limits.get(w), None)}
        for row in answer.rows:
            line[f"{row.steps} steps"] = interval(*row.mean[k])
            if row.steps != finest:
                line[f"change, {row.steps}"] = interval(*row.shift[k])
        lines.append(line)
    st.dataframe(lines, hide_index=True, key="theory.table")


def _winners(answer: WinnersAnswer) -> None:
    winners, reward, colours = answer.found, answer.names.reward, palette()
    extent, sides = particle_figures.paths_extent(winners), {"losers": winners.losers, "winners": winners.winners}
    for place, (side, title, words) in zip(
        st.columns(2, gap="medium"),
        (
            ("losers", "Particles that lost most", "The same noise twice: dotted without guidance, solid with it."),
            ("winners", "Particles that won", "Evenly spread from the smallest rise to the largest."),
        ),
        strict=True,
    ):
        with place:
            count = len(sides[side].particle)
            if not count:
                st.markdown(f"### {as_typed(title)}")
                st.caption("None among the particles whose paths are kept.")
                continue
            figure = particle_figures.paths_figure(winners, sides[side], extent, colours)
            alt = f"{title}: {count} paths without and with guidance at w = {winners.w:g}. The table below holds their numbers."
            plot(side, title, words, figure, alt)
    said = f"{reward} of each particle without and with guidance; {sentence('winners', answer)}"
    with st.columns([1, 2, 1])[1]:
        words = "Below the line: guidance made this particle less likely, or worse."
        plot("pairs", "Every particle, with and without", words, particle_figures.pairs_figure(winners, reward, colours), said)
    lines = [
        {
            "particle": number,
            "side": side.removesuffix("s"),
            f"log {reward} without": interval(_known(winners.before[number]), None),
            f"log {reward} with": interval(_known(winners.after[number]), None),
        }
        for side in ("losers", "winners")
        for number in sides[side].particle
    ]
    st.dataframe(lines, hide_index=True, key="theory.table")


def _known(value: float) -> float | None:
    """None for a particle that is not finite."""
    return float(value) if math.isfinite(value) else None


def _percent(mean: Mean) -> str:
    value, se = mean
    return "-" if value is None or se is None else f"{100 * value:.0f} ± {196 * se:.0f} %"


_DRAWN: dict[str, Callable[..., None]] = {
    "along": _along,
    "slope": _slope,
    "tails": _tails,
    "steps": _steps,
    "winners": _winners,
}
