"""The table of learned weights over untouched seeds, as `gdviz weights --table --json` wrote it, beside the page's own."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import streamlit as st

from gdviz.resources import resource
from gdviz.ui.weights.choice import Choice


@cache
def told() -> dict[str, Any]:
    """The table's JSON object."""
    found: dict[str, Any] = json.loads(resource("assets", "weights_table.json").read_bytes())
    return found


def show_table(choice: Choice) -> None:
    """The rows of this target and denoiser, with what the table was made to decide."""
    from gdviz.papers.learned_weights import HEADINGS, Line, cells

    found = told()
    if choice.target != "rings":
        return
    lines = [Line(**line) for line in found["lines"] if str(line["denoiser_steps"]) == choice.denoiser]
    if not lines:
        return
    seeds = sorted({contest["seed"] for contest in found["contests"]})
    with st.expander(f"The larger table: seeds {seeds[0]} to {seeds[-1]}, 2000 particles a class", icon=":material/table:"):
        st.markdown("\n".join(f"- {sentence}" for sentence in found["verdict"]))
        st.dataframe([dict(zip(HEADINGS, row, strict=True)) for row in cells(lines)], hide_index=True, key="weights.table.large")
        st.caption(
            "Made by `gdviz weights --table` from end to end; mean ± standard error over the seeds, paired 95 % intervals. The "
            "recipes were chosen on other seeds. How it was made and what it says: docs/learned-weights.md."
        )
