"""The router: page configuration and navigation, nothing else."""

import streamlit as st

from gdviz.resources import resource

# The icon is a file of ours: a named one would be fetched from the network.
st.set_page_config(page_title="gdviz", page_icon=str(resource("assets", "icon.svg")), layout="wide")

st.navigation(
    {
        "": [
            st.Page("pages/explore.py", title="Explore", icon=":material/animation:", default=True),
            st.Page("pages/check.py", title="Check", icon=":material/fact_check:", url_path="check"),
        ],
        "Lab": [
            st.Page("pages/curves.py", title="Curves", icon=":material/show_chart:", url_path="curves"),
            st.Page("pages/figures.py", title="Figures", icon=":material/monitoring:", url_path="figures"),
            st.Page("pages/digits.py", title="Digits", icon=":material/image:", url_path="digits"),
            st.Page("pages/train.py", title="Train", icon=":material/model_training:", url_path="train"),
            st.Page("pages/robustness.py", title="Robustness", icon=":material/vital_signs:", url_path="robustness"),
            st.Page("pages/weights.py", title="Weights", icon=":material/tune:", url_path="weights"),
            st.Page("pages/theory.py", title="Theory", icon=":material/functions:", url_path="theory"),
        ],
    },
    position="top",
).run()
