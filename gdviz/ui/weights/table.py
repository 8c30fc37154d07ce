"""The table of learned weights over untouched seeds, as `gdviz weights --table --json` wrote it, beside the page's own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import streamlit as st

from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.weights.choice import WeightsChoice

if TYPE_CHECKING:
    from gdviz.studies.weights.table import WeightsTable


@cache
def shipped_table() -> WeightsTable:
    """The table, read once."""
    from gdviz.studies.weights.table import WeightsTable

    return WeightsTable.shipped()


def show_table(choice: WeightsChoice) -> None:
    """The rows of this target and denoiser, with what the table was made to decide."""
    from gdviz.studies.weights.table import HEADINGS, cells

    if choice.target != "rings":
        return
    table = shipped_table()
    lines = [line for line in table.lines if str(line.denoiser_steps) == choice.denoiser]
    if not lines:
        return
    seeds = sorted({contest.seed for contest in table.contests})
    with st.expander(f"The larger table: seeds {seeds[0]:d} to {seeds[-1]:d}, 2000 particles a class", icon=":material/table:"):
        st.markdown("\n".join(f"- {as_typed(sentence)}" for sentence in table.verdict))
        st.dataframe([dict(zip(HEADINGS, row, strict=True)) for row in cells(lines)], hide_index=True, key="weights.table.large")
        st.caption(
            "Made by `gdviz weights --table` from end to end; mean ± standard error over the seeds, paired 95 % intervals. The "
            "recipes were chosen on other seeds. How it was made and what it says: docs/learned-weights.md."
        )
