"""Explore: watch guided particles beside unguided ones, from the same noise."""

import streamlit as st

from gdviz.ui import explore

st.html("<h1 style='font-size:1.35rem;margin:0'>What guidance does</h1>")
draft = explore.opened()
stage = st.container()
with stage:
    explore.show_at_once(draft)
explore.edit(draft, stage)
