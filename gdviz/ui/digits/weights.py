"""Learned guidance weights on images, on the Digits page: the comparison that came with the program."""

from __future__ import annotations

from functools import cache

import streamlit as st

from gdviz.studies.weights.digits import HEADINGS, PUBLISHED, DigitWeights, cells

shipped = cache(DigitWeights.shipped)


def show_weights() -> None:
    """Every method with both networks, and the paper's own numbers beside them."""
    table = shipped()
    with st.expander("Learned guidance weights on these images", icon=":material/table:"):
        st.dataframe([dict(zip(HEADINGS, row, strict=True)) for row in cells(table)], hide_index=True, key="digits.weights")
        st.caption(
            f"Frechet distance of {table.points:,} samples to {table.points:,} test images, mean ± standard error over "
            f"{len(table.lines[0].frechet)} seeds of weights and particles, one network a length; paired 95 % intervals. "
            f"Real images among themselves: {table.floor.mean:.1f}. `python -m gdviz.build_assets digits weights` makes it again."
        )
        st.caption(PUBLISHED)
