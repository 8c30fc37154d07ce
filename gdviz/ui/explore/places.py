"""Where things stand on Explore: a line on top, the stage wide on the left, the controls slim beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

_STYLE = """<style>
.st-key-explore-top { gap: 0.5rem 1rem; }
.st-key-explore-top > :has(h1) { flex: none; width: auto; }
.stMainBlockContainer .st-key-explore-top h1 { font-size: 1.15rem; padding: 0; white-space: nowrap; }
.st-key-explore-body { display: grid; gap: 0.6rem 1.75rem; }
.st-key-explore-body { grid-template: "status" auto "stage" auto "panel" auto / minmax(0, 1fr); }
.st-key-explore-body > :nth-child(1) { grid-area: status; }
.st-key-explore-body > :nth-child(2) { grid-area: stage; }
.st-key-explore-body > :nth-child(3) { grid-area: panel; }
.st-key-explore-panel { gap: 0.6rem; }
.st-key-explore-panel .stTabs [role=tablist] { gap: 0.7rem; }
.st-key-explore-panel .stTabs [role=tab] p { font-size: 0.8rem; }
.st-key-explore-panel .stColumn { min-width: calc(50% - 1rem); }
@media (max-width: 640px) {
  .st-key-explore-top > :has(h1) { flex: 1 0 100%; }
}
@media (min-width: 1000px) {
  .st-key-explore-status { min-height: 2.6rem; }  /* kept, so that no box moves away below a pointer */
  .st-key-explore-body { grid-template: "stage status" auto "stage panel" 1fr / minmax(0, 1fr) minmax(19rem, 28%); }
}
</style>"""


@dataclass(frozen=True)
class Places:
    """Containers that never move, so that nothing is drawn twice while the page is drawn anew.

    Attributes
    ----------
    top : container
        Heading, preset and scores.
    status : container
        How far the scene is, and what is refused: beside the stage, above it on a small screen.
    stage, panel : container
    """

    top: Any
    status: Any
    stage: Any
    panel: Any


def places() -> Places:
    """Make them, in this order whatever is drawn in them later."""
    st.html(_STYLE)
    top = st.container(horizontal=True, vertical_alignment="center", key="explore-top")
    with st.container(key="explore-body"):
        return Places(top, *(st.container(key=f"explore-{name}") for name in ("status", "stage", "panel")))
