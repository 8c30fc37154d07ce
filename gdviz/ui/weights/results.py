"""What learned weights gain, beside constants, an interval and nothing: samples, distances, losses, the reward version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from gdviz.figures import weights as form_figures
from gdviz.figures import weights_gain as figures
from gdviz.studies.weights.contest import interval
from gdviz.studies.weights.reward import REWARD_WORDS
from gdviz.studies.weights.subjects import EXACT
from gdviz.tables import interval as said_interval
from gdviz.theory.weights import l2_weight
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import PLAIN, palette, show_chart, show_figure
from gdviz.ui.weights.choice import WeightsChoice
from gdviz.ui.weights.words import methods, sentence, signed

if TYPE_CHECKING:
    from gdviz.studies.weights.learned import LearnedAnswer, SeedContest
    from gdviz.studies.weights.reward import RewardAnswer

PANELS = "truth", "none", "best constant", "limited interval", "learned"


def chart(key: str, title: str, words: str, figure: go.Figure, alt: str) -> None:
    """One of the page's figures."""
    show_chart(f"weights.figure.{key}", title, words, figure, alt=alt, small=True)


def show_gain(choice: WeightsChoice, answer: LearnedAnswer) -> None:
    """Samples on the same noise, distances over seeds, and the search."""
    contests = answer.contests
    if not contests:
        return
    st.header("What they gain", anchor=False)
    with st.container(key="weights.sentence"):
        st.markdown(f"**{as_typed(sentence(choice.title, contests))}**")
    _samples(answer)
    left, right = st.columns(2, gap="medium")
    floor = float(np.mean([contest.floor for contest in contests]))
    rows = [(name, [each.energy[name] for each in contests]) for name in methods(contests)]
    with left:
        bars = [(name, energy, interval(np.array(energy))) for name, energy in rows]
        words = "Diamonds and bars: mean over the seeds of network and weights, 95 % interval (Student). Crosses: each seed."
        said = ", ".join(f"{name} {1000 * np.mean(energy):.3g}" for name, energy in rows)
        alt = f"Energy distance to the truth times 1000, means over {len(contests)} seeds: {said}. Floor {1000 * floor:.3g}."
        chart("distances", "Distance to the truth", words, figures.distances_figure(bars, floor, palette()), alt)
    with right:
        tried = [contest.tried.energy for contest in contests]
        w = contests[0].tried.w
        learned, none = (float(np.mean(dict(rows)[name])) for name in ("learned", "none"))
        best = w[int(np.mean(tried, axis=0).argmin())]
        alt = f"Energy distance over the constant guidance scale: least at w = {best:g}. The table below holds the numbers."
        words = "What the search for the best constant saw, with other particles than those that judge."
        chart("constants", "Distance over constant w", words, figures.constants_figure(w, tried, learned, none, palette()), alt)
    _table(rows, contests)


def _samples(answer: LearnedAnswer) -> None:
    clouds, labels = answer.samples, answer.labels
    shown = [name for name in PANELS if name in clouds]
    box, picked = figures.extent([clouds["truth"], clouds["learned"]]), answer.contests[0].picked
    colours = "; ".join(f"class {label}: {form_figures.SYMBOLS[k % 6]}" for k, label in enumerate(labels))
    words = f"Samples of every class, of the first seed, all on the same noise ({colours}). A few stray points are cut off."
    st.caption(as_typed(words))
    for place, name in zip(st.columns(len(shown), gap="small"), shown, strict=True):
        with place, st.container(key=f"weights.figure.cloud.{name.replace(' ', '-')}"):
            st.markdown(f"**{as_typed(name)}**  \n{as_typed(picked[name]) if picked.get(name) else '&nbsp;'}")
            spread = [float(points.std(0).mean()) for points in clouds[name]]
            said = ", ".join(f"class {label} {each:.2f}" for label, each in zip(labels, spread, strict=True))
            figure = figures.cloud_figure(clouds[name], labels, box, palette())
            show_figure(figure, f"Samples, {name}. Spread: {said}.", PLAIN)


def _table(rows: list[tuple[str, list[float]]], contests: Sequence[SeedContest]) -> None:
    learned = np.array(dict(rows)["learned"])
    lines = []
    for name, energy in rows:
        low, high = interval(learned - np.array(energy))
        known = len(energy) > 1 and name != "learned"
        lines.append(
            {
                "guidance": name,
                "energy distance x 1000": _mean(energy),
                "seeds": ", ".join(f"{1000 * value:.4g}" for value in energy),
                "learned − it, paired 95 %": f"{signed(1000 * low)} to {signed(1000 * high)}" if known else "-",
                "picked": "; ".join(dict.fromkeys(contest.picked[name] for contest in contests if contest.picked[name])),
                "runs searched, a seed": contests[0].search[name],
                "floor x 1000": said_interval(1000 * float(np.mean([contest.floor for contest in contests])), None),
            }
        )
    st.dataframe(lines, hide_index=True, key="weights.table")


def _mean(energy: list[float]) -> str:
    """Mean times 1000 and half its 95 % interval by Student, as the figure has it."""
    low, high = interval(1000 * np.array(energy))
    half = f" ± {(high - low) / 2:.2g}" if len(energy) > 1 else ""
    return f"{1000 * float(np.mean(energy)):.3g}{half}"


# ---------------------------------------------------------------------- what the losses ask for
def show_losses(choice: WeightsChoice, answer: LearnedAnswer) -> None:
    """Where each loss has its minimum, and why a learned 0 says less than it seems to."""
    st.header("What a learned 0 means", anchor=False)
    exact = choice.denoiser == EXACT
    left, right = st.columns([3, 2], gap="medium")
    with left:
        words = "One weight for all classes, averaged with p(c); each loss from its least to its largest. Marks: minima, 95 %."
        figure = form_figures.profiles_figure(answer.profiles, exact, palette())
        first = answer.profiles[0]
        said = ", ".join(f"{name} at {each.least:.2f}" for name, each in first.losses.items())
        title = f"What each loss asks for: {choice.phrase}"
        chart("losses", title, words, figure, f"Losses over one weight. At t = {first.t:g} the minima are: {said}.")
    with right:
        st.markdown(_FINDINGS)
        lines = []
        for profile in answer.profiles:
            s, t = profile.s, profile.t
            line: dict[str, Any] = {"t": t, "s": s}
            for name, each in profile.losses.items():
                outside = each.least in (each.omega[0], each.omega[-1])
                line[name] = f"beyond {each.least:g}" if outside else said_interval(each.least, each.se)
            lines.append(line | {"closed form of l2, exact scores": said_interval(l2_weight(s, t), None)})
        st.dataframe(lines, hide_index=True, key="weights.losses")


_FINDINGS = """
- **Repulsion 1** has its minimum at or below 0 when the scores are good. Weights are not negative, so 0 is what is learned: the
  bound says it, not the data.
- **l2** asks for (1 − t) s / (t − s) when scores are exact, not for 0: it wants particles near the noised points, however much
  their spread shrinks. This is the average over the classes; each class has its own.
- **Score matching** asks for 0 when scores are exact: the conditional score is the least-squares answer already.
- Where the two noise predictions agree all losses are flat: what is learned there means nothing.
"""


# ---------------------------------------------------------------------- with a reward
def show_reward(answer: RewardAnswer) -> None:
    """Reward against distance: learned weights over gamma_R, constants, and the exact tilt."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        words = (
            "Right and down is better. Above: reward against distance to p(x | c), mean over the classes, 95 % bars. Below: "
            "samples at the gamma_R of the slider, all on the same noise. Large constants leave the picture."
        )
        learned = answer.learned
        ends = [f"gamma_R = {each.at:g}: reward {each.reward[0]:.2f}" for each in (learned[0], learned[-1])]
        alt = f"Reward against energy distance of learned weights, {'; '.join(ends)}, beside constants and exact tilts."
        chart("tradeoff", "Reward against distance", words, figures.tradeoff_figure(answer, REWARD_WORDS, palette()), alt)
    with right:
        st.markdown(_REWARD)
        lines = []
        rows = ((answer.learned, "learned, gamma_R"), (answer.constant, "constant w"), (answer.tilt, "exact tilt, k"))
        for points, name in rows:
            for each in points:
                value, se = each.energy
                lines.append(
                    {
                        "guidance": name,
                        "at": each.at,
                        "reward": said_interval(*each.reward),
                        "energy distance x 1000": said_interval(1000 * value, 1000 * se),
                    }
                )
        st.dataframe(lines, hide_index=True, key="weights.reward.table", height=420)


_REWARD = f"""
The loss has one more term, −gamma_R E log r of the guided guess of the clean point; self-consistency holds the samples near the
data. Here **{REWARD_WORDS}**: near a circle of radius 3 around all classes.

- The weight is one number a class and step, so samples can only go **where the push goes**. The exact tilt
  p(x | c) r^k / E r^k shows what could be had: more reward at less distance.
- Learned weights choose **when** to push and **for which class**; that is all they can gain over a constant.
- A reward that grows faster than the distances of the loss wins at any gamma_R, and the weights grow without end.
"""
