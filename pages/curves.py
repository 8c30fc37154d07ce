"""Curves: reward and 1/p against the guidance scale, with honest error bars."""

import streamlit as st

st.title("Curves over w")

from gdviz.ui import curves  # noqa: E402  (the title shows before the slow imports)

curves.page()
