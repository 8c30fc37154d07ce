"""The results on the Robustness page: a sentence, figures, the table and its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import streamlit as st

from gdviz.export.effects import effects_csv
from gdviz.figures import robustness as figures
from gdviz.figures.robustness import Wrong
from gdviz.palette import Palette
from gdviz.tables import interval
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import palette, show_chart
from gdviz.ui.parts.required_networks import tasks_of
from gdviz.ui.robustness.choice import Source
from gdviz.ui.robustness.words import sentence

if TYPE_CHECKING:
    from gdviz.checkpoints import Library
    from gdviz.studies.robustness import Effect, RobustnessAnswer
    from gdviz.studies.titles import Titles

_SIDES = (("perturbed", "known errors"), ("network", "trained networks"))


@dataclass(frozen=True)
class ShownEffects:
    """Everything that the figures are made from."""

    exact: Sequence[Effect]
    wrong: dict[str, list[Wrong]]
    names: Titles
    palette: Palette

    @property
    def all(self) -> list[Wrong]:
        return [item for side in self.wrong.values() for item in side]

    @property
    def moved(self) -> str:
        """The mean that guidance and errors move, as it is written."""
        reward = self.names.reward
        return reward if self.names.of == "mean_reward" else f"1 / {reward}"


def draw(answers: Sequence[tuple[Source, RobustnessAnswer]], name: str, library: Library, running: bool) -> None:
    """Everything that is read off the answers so far.

    Parameters
    ----------
    answers : sequence of (Source, RobustnessAnswer)
    name : str
        Start of the file's name.
    library : Library
        Where the networks' own error is kept.
    running : bool
        More is to come.
    """
    longest = max((answer for _, answer in answers), key=lambda answer: answer.particles)
    colours = palette()
    shown = ShownEffects(longest.rows, _wrong(answers, colours), longest.names, colours)
    with st.container(key="robustness.sentence"):
        st.markdown(f"**{as_typed(sentence([(source, answer.rows) for source, answer in answers], shown.names))}**")
    st.caption(as_typed(_legend(shown.names, longest.particles)))
    _means(shown, "rewards", f"Mean of {shown.names.reward}")
    _means(shown, "reciprocals", f"Mean of 1 / {shown.names.reward}")
    _tail_note(shown)
    _effects(shown)
    _accounts(shown)
    with st.columns(2, gap="medium")[0]:
        _score_errors(answers, shown, library)
    _overflow_note(answers)
    _table(answers, shown, name, running)


def _wrong(answers: Sequence[tuple[Source, RobustnessAnswer]], palette: Palette) -> dict[str, list[Wrong]]:
    """The curves of each side: errors drawn afresh in grey, the others from grey to full colour."""
    curves: dict[str, list[Wrong]] = {}
    for side, colour in (("perturbed", palette.conditional), ("network", palette.guided)):
        mine = [(source, answer) for source, answer in answers if source.group == side]
        systematic = [source for source, _ in mine if not source.afresh] or [source for source, _ in mine]
        looks = dict(zip([source.name for source in systematic], figures.family(len(systematic), colour, palette), strict=True))
        afresh = (palette.no_guidance, "solid")
        curves[side] = [Wrong(source.name, answer.rows, *looks.get(source.name, afresh)) for source, answer in mine]
    return curves


def _legend(names: Titles, particles: int) -> str:
    laws = f"w = 0 samples {names.unguided}; w > 0 pushes toward {names.toward}, away from {names.away}."
    return (
        f"{laws} {particles:,} particles at each w, on the same noise under every score. Dashed: exact scores. "
        "Bands and thick bars: 95 % intervals. Thin bars with caps: change against half as many steps."
    )


# ---------------------------------------------------------------------- figures
def _sides(shown: ShownEffects, key: str, title: str, words: str, make: Callable[[list[Wrong]], go.Figure | None]) -> None:
    """The same figure for known errors and for networks, side by side."""
    for place, (side, called) in zip(st.columns(2, gap="medium"), _SIDES, strict=True):
        with place:
            figure = make(shown.wrong[side]) if shown.wrong[side] else None
            otherwise = "No run of these yet." if not shown.wrong[side] else "Not estimable: the tail is too heavy at every w."
            show_chart(f"robustness.figure.{key}.{side}", f"{title}: {called}", words, figure, otherwise=otherwise)


def _means(shown: ShownEffects, of: str, title: str) -> None:
    held = figures.mean_range(shown.exact, shown.all, of)
    axis = title.removeprefix("Mean of ")
    _sides(
        shown,
        of,
        title,
        "",
        lambda wrong: figures.mean_figure(shown.exact, wrong, of, f"mean of {axis}", held, shown.palette),
    )


def _effects(shown: ShownEffects) -> None:
    words = (
        "Wrong less exact, particle by particle. Dotted: what first order predicts from the error along the exact paths; at "
        "w = 0 that is the whole first order, elsewhere it leaves out that a moved path meets another push."
    )
    title, axis = f"Effect on the mean of {shown.moved}", f"change of {shown.moved}"
    _sides(shown, "effect", title, words, lambda wrong: figures.effect_figure(wrong, axis, shown.palette))


def _accounts(shown: ShownEffects) -> None:
    words = (
        "The effect less push and error summed along the wrong paths, plus push along the exact ones: an identity, so 0 but "
        "for noise and step size, however large the error."
    )
    title, axis = "Effect not accounted for", "effect − accounted for"
    _sides(shown, "gap", title, words, lambda wrong: figures.gap_figure(wrong, axis, shown.palette))


def _score_errors(answers: Sequence[tuple[Source, RobustnessAnswer]], shown: ShownEffects, library: Library) -> None:
    """Of the trained networks: what their training measured on held-out points."""
    looks = {item.name: (item.colour, item.dash) for item in shown.wrong["network"]}
    curves = []
    for source, _ in answers:
        if source.group != "network":
            continue
        tasks = sorted(tasks_of(source.experiment.canonical()), key=lambda task: task.what == "tilted")
        for task in tasks:
            record = library.record(task.id)
            if record is None or record.report is None or not record.report.by_level:
                continue
            colour, dash = looks[source.name]
            second = task.what == "tilted"
            name = f"{task.steps:,} steps" + (f", {'tilted by r' if second else 'p(x)'}" if len(tasks) > 1 else "")
            curves.append((name, record.report.by_level, colour, "dash" if second and len(tasks) > 1 else dash))
    words = (
        "sqrt(E |eps_net − eps*|² / E |eps*|²) on held-out points at each noise level, of p(x) and p(x | label) the larger; "
        "the training never sees eps*."
    )
    figure = figures.errors_figure(curves, shown.palette) if curves else None
    key, title = "robustness.figure.score_error", "Score error of the networks"
    show_chart(key, title, words, figure, otherwise="Comes with the first network.")


def _tail_note(shown: ShownEffects) -> None:
    heavy = [row.w for row in shown.exact if row.reciprocals[0][0] is None]
    if heavy:
        where = ", ".join(f"{w:g}" for w in heavy)
        words = f"1 / {shown.names.reward} is not estimable at w = {where}: its tail is too heavy for a normal interval"
        st.caption(f":material/warning: {as_typed(words)}, so no value and no band are drawn there.")


def _overflow_note(answers: Sequence[tuple[Source, RobustnessAnswer]]) -> None:
    for source, answer in answers:
        lost = [f"{row.nonfinite:,} at w = {row.w:g}" for row in answer.rows if row.nonfinite]
        if lost:
            words = f"{source.name}: left out because they overflowed: {', '.join(lost)}."
            st.warning(as_typed(words), icon=":material/warning:")


# ---------------------------------------------------------------------- table and file
def _table(answers: Sequence[tuple[Source, RobustnessAnswer]], shown: ShownEffects, name: str, running: bool) -> None:
    st.header("Table", anchor=False)
    st.dataframe(table(answers, shown.names.reward, shown.moved), hide_index=True, key="robustness.table")
    if running:  # a file made now would be gone when the next particles arrive
        st.caption("The table as CSV comes when the runs end or are stopped.")
        return
    text = effects_csv((source.name, answer.rows) for source, answer in answers)
    icon, key = ":material/download:", "robustness.csv"
    st.download_button("CSV", text, f"{name}-robustness.csv", "text/csv", icon=icon, on_click="ignore", key=key)


def table(answers: Sequence[tuple[Source, RobustnessAnswer]], reward: str, moved: str) -> list[dict[str, Any]]:
    """One line for each score and w, with 95 % intervals, a dash where there is none."""
    lines = []
    for source, answer in answers:
        for row in answer.rows:
            lines.append(
                {
                    "score": source.name,
                    "w": row.w,
                    f"mean {reward}": interval(*row.rewards[1]),
                    f"mean 1 / {reward}": interval(*row.reciprocals[1]),
                    f"change of {moved}": interval(*row.measured),
                    "its step change": interval(row.steps.measured if row.steps else None, None),
                    "first order": interval(*row.predicted),
                    "accounted for": interval(*row.accounted_effect),
                    "change − accounted for": interval(*row.gap),
                    "step change of that": interval(row.steps.gap if row.steps else None, None),
                }
            )
    return lines
