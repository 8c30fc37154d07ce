"""The Digits page: guidance on real images, toward a digit or a reward; everything on it comes with the program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import streamlit as st

from gdviz.figures import digits as figures
from gdviz.papers.digit_runs import LABELS, LONGER, REWARDS, TRAINED
from gdviz.studies.digits import IMAGES, real_images, shipped_labels, shipped_reward
from gdviz.tables import interval
from gdviz.ui.digits.grid import show_grid
from gdviz.ui.digits.weights import show_weights
from gdviz.ui.digits.words import about_classifier, reward_table, sentence, table
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import is_dark, palette, show_chart

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from gdviz.studies.digit_answers import DigitRewardAnswer, LabelsAnswer, PackedImages

_INTRO = (
    "Real images, 8×8 pixels, **in place of the ImageNet** of the paper's Figure 2. Nothing is known of their law but samples, "
    "so nothing exact is drawn here: a small network learned the scores of p(x) and p(x | digit) from 899 images, and a "
    "classifier that learned from other images says p(digit | x). The noise is the same at every w: each image is one particle."
)
_TOWARD = {"digit": "a digit", "ink": "much ink", "symmetry": "symmetry"}
_REWARDS = {
    "ink": ("Mean pixel (−1 paper, 1 ink)", "r = exp(12 × mean pixel)"),
    "symmetry": ("Likeness to the mirror image", "r = exp(−6 × mean square difference from the mirror image)"),
}


def page() -> None:
    """Choose, watch, read."""
    st.caption(_INTRO)
    toward, trained, label = _choose()
    if toward == "digit":
        name, labels = f"network-{trained}", shipped_labels(trained)
        _grid(name, labels, *_label_title(label), None if label == "all" else LABELS.index(label))
        _label_results(labels, label)
        show_weights()
        _again(name, labels, label)
    else:
        name, rewarded = f"reward-{toward}", shipped_reward(toward)
        _grid(name, rewarded, *_reward_title(rewarded), None)
        _reward_results(toward, rewarded)
        _again(name, rewarded, label)


def _choose() -> tuple[str, int, str]:
    """What guides, how well the network is trained, and which digit; kept in the address."""
    asked, choices = st.query_params, ["digit", *REWARDS]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = asked.get("toward", "digit")
        toward: str = st.segmented_control(
            "Guide toward", choices, default=start if start in choices else "digit", format_func=_TOWARD.__getitem__,
            key="digits.toward", required=True,
        )  # fmt: skip
        trained, label = TRAINED, "all"
        if toward == "digit":
            options, chosen = ["all", *LABELS], asked.get("digit", "all")
            label = st.selectbox(
                "Digit", options, index=options.index(chosen) if chosen in options else 0,
                format_func=lambda name: "all ten" if name == "all" else name, key="digits.label", width=140,
            )  # fmt: skip
            start_steps = LONGER if asked.get("network") == str(LONGER) else TRAINED
            trained = st.segmented_control(
                "Network trained for", [TRAINED, LONGER], default=start_steps, format_func=lambda n: f"{n:,} steps",
                key="digits.trained", required=True,
            )  # fmt: skip
    wanted = {"toward": toward}
    if toward == "digit":
        wanted |= {"digit": label, "network": str(trained)}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    return toward, trained, label


# ---------------------------------------------------------------------- images
def _label_title(label: str) -> tuple[str, str]:
    """Title and words of the sheet, for a digit or for all ten."""
    if label == "all":
        return "Samples of p(x | digit), guided", f"{IMAGES} samples of each digit, a digit a column"
    return f"Samples of p(x | {label}), guided", f"{IMAGES} samples guided toward the digit {label}"


def _reward_title(answer: DigitRewardAnswer) -> tuple[str, str]:
    count, toward = answer.grid.images.shape[2], _TOWARD[answer.reward]
    return f"{count} samples of p(x), guided toward {toward}", f"{count} samples of the digits' law, guided toward {toward}"


def _grid(name: str, answer: LabelsAnswer | DigitRewardAnswer, title: str, words: str, group: int | None) -> None:
    show_grid(
        {
            "id": name,
            "images": _packed(answer.grid.images),
            "real": _packed(real_images()),
            "w": answer.grid.w,
            "start": 0,
            "group": group,
            "title": title,
            "words": words,
            "dark": is_dark(),
        }
    )


def _packed(images: PackedImages) -> dict[str, object]:
    return {"shape": images.shape, "bytes": images.bytes}


# ---------------------------------------------------------------------- numbers
_DISTANCE = "Frechet distance over w; the table holds the numbers."


def _chart(key: str, title: str, words: str, figure: go.Figure, alt: str) -> None:
    show_chart(f"digits.figure.{key}", title, words, figure, alt=alt)


def _label_results(answer: LabelsAnswer, label: str) -> None:
    st.markdown(f"**{as_typed(sentence(answer, label))}**")
    colours, readings = palette(), answer.readings
    left, middle, right = st.columns(3, gap="medium")
    who = "all ten digits" if label == "all" else f"digit {label}"
    with left:
        words = "Band: a 95 % interval that holds for any tail; 1/p is at most " + f"{answer.largest:,.0f}."
        figure = figures.reciprocal_figure(readings, label, colours)
        _chart("reciprocal", "Mean of 1/p(c | x)", words, figure, f"Mean of 1/p over w for {who}; the table holds the numbers.")
    with middle:
        words = "Dotted at 1/2: what unrelated samples show without guidance."
        figure = figures.improved_figure(readings, label, colours)
        _chart("improved", "Proportion improved", words, figure, f"Proportion improved over w for {who}; numbers in the table.")
    with right:
        points = answer.floor.points
        words = f"All ten digits, {points} samples a side, against real images that nothing was trained on."
        figure = figures.frechet_figure(answer.frechet, answer.floor, colours)
        _chart("frechet", "Frechet distance to real images", words, figure, _DISTANCE)
    st.dataframe(table(answer, label), hide_index=True, key="digits.table")
    if answer.others:
        st.info(
            f"For {len(answer.apart):d} of 10 digits the intervals at w = 0 and w = 2 do not overlap. For "
            f"{as_typed(', '.join(answer.others))} they do: so few samples fail at w = 0 that, among "
            f"{answer.experiment.particles:,} trials, their share cannot be told from none.",
            icon=":material/info:",
        )
    st.markdown(about_classifier())


def _reward_results(name: str, answer: DigitRewardAnswer) -> None:
    title, formula = _REWARDS[name]
    first, at_1 = answer.rows[0], next(row for row in answer.rows if row.w == 1)
    st.markdown(
        f"**{as_typed(formula)}; base p(x) of all digits. The mean goes from {first.potential[0]:.3g} at w = 0 to "
        f"{interval(*at_1.potential)} at w = 1, where the goal is p r / E r: "
        f"{answer.images.reweighted:.3g} over the real images reweighted by r.**"
    )
    left, right = st.columns(2, gap="medium")
    with left:
        figure = figures.reward_figure(answer, title, palette())
        _chart("reward", title, "", figure, f"{title} over w; the table holds the numbers.")
    with right:
        figure = figures.frechet_figure(answer.rows, answer.floor, palette())
        best = max(answer.rows, key=lambda row: row.potential[0])
        words = f"A reward leads away from plain real images. Its mean is greatest at w = {best.w:g} of those tried."
        _chart("frechet", "Frechet distance to real images", words, figure, _DISTANCE)
    st.dataframe(reward_table(answer), hide_index=True, key="digits.table")


def _again(name: str, answer: LabelsAnswer | DigitRewardAnswer, label: str) -> None:
    """How these numbers were made, and how to make them again."""
    versions, run = answer.versions, answer.experiment.model_dump(mode="json")
    figure = " (`gdviz figure 2` the means of 1/p and the proportions)" if name == f"network-{TRAINED}" else ""
    whose, made = "", as_typed(f"{versions['gdviz']} and torch {versions['torch']}")
    if "label" in run["guidance"]:
        label = LABELS[0] if label == "all" else label
        run = {**run, "guidance": {**run["guidance"], "label": label}}  # digits differ in nothing else
        whose = f", of the digit {as_typed(label)},"
    st.caption(
        f"Shipped results of {run['particles']:,} particles at each w and {run['sampler']['steps']:,} steps, made with gdviz "
        f"{made}. `python -m gdviz.build_assets digits {as_typed(name)}` makes them "
        f"again{figure}; the Experiment below{whose} runs with `gdviz run`, and `gdviz train` trains its network."
    )
    text = json.dumps(run, indent=1)
    icon, key = ":material/download:", "digits.experiment"
    st.download_button("Experiment", text, f"{name}.json", "application/json", icon=icon, on_click="ignore", key=key)
