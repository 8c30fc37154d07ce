"""The results on the Compare page: a sentence, the clouds, the two tables, quality against cost, the file."""

from __future__ import annotations

import streamlit as st

from gdviz.comparison import ComparisonAnswer
from gdviz.comparison.answer import MEASURES
from gdviz.comparison.table import blocks
from gdviz.comparison.words import verdict
from gdviz.figures.comparison import clouds_figure, cost_figure
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import palette, show_chart

_PLOTTED = "sliced_w2"


def draw(answer: ComparisonAnswer, running: bool) -> None:
    """Everything that is read off the answer so far."""
    with st.container(key="compare.sentence"):
        st.markdown("More methods to come." if running else f"**{as_typed(verdict(answer))}**")
    words = (
        f"Goal: {answer.goal}. {answer.seeds} seeds of {answer.particles:,} samples each; ± is half of the 95 % interval "
        "(Student's t). Sliced W2 and W2 are never 0 between samples: read them against the floor."
    )
    st.caption(as_typed(words))
    goal, other = blocks(answer)
    st.header("Methods that aim at the goal", anchor=False)
    st.dataframe(goal, hide_index=True, key="compare.table.goal")
    if other:
        st.header("Methods that aim at another law", anchor=False)
        st.dataframe(other, hide_index=True, key="compare.table.other")
    clouds = "First samples of the first seed, at the largest budget, over the goal's in grey."
    show_chart("compare.figure.clouds", "Samples over the goal", clouds, clouds_figure(answer, palette()))
    title = MEASURES[_PLOTTED]
    figure = cost_figure(answer, _PLOTTED, title, palette())
    words = f"{title[0].upper()}{title[1:]}; the grey band is the floor. Dotted: methods that aim at another law."
    show_chart("compare.figure.cost", "Quality against cost", words, figure, otherwise="Give two budgets or more to see it.")
    if not running:
        icon = ":material/download:"
        st.download_button("JSON", answer.to_json(), "comparison.json", "application/json", icon=icon, key="compare.json")
