"""What every page wears: less empty space on top, and a heading of modest size."""

import streamlit as st

from gdviz.plugin import banner
from gdviz.ui.parts.as_typed import as_typed

_STYLE = """<style>
.stMainBlockContainer { padding: 4.1rem clamp(0.8rem, 3vw, 3rem) 2rem; }
.stMainBlockContainer h1 { font-size: 1.4rem; line-height: 1.3; padding: 0 0 0.5rem; margin: 0; }
.stMainBlockContainer h2 { font-size: 1.05rem; line-height: 1.3; font-weight: 600; padding: 0.4rem 0 0; }
.stMainBlockContainer h3 { font-size: 0.95rem; padding: 0.3rem 0 0; }
[data-testid=stMain]:focus-visible { outline: 2px solid var(--st-primary-color, currentColor); outline-offset: -2px; }
[data-testid=stCaptionContainer] { opacity: 0.76; }
:is([data-testid=stBaseButton-primary]:enabled, [data-tag-index]),
:is([data-testid=stBaseButton-primary]:enabled p, [data-tag-index] *) {
    color: light-dark(#ffffff, #0d1117);
}
@media (pointer: coarse) { .stPlotlyChart .modebar-container { display: none; } }  /* it lies on the legend; two fingers zoom */
</style>"""


def heading(text: str) -> None:
    """The page's title, and that a rule of the reader's own is loaded."""
    st.html(_STYLE)
    st.title(as_typed(text), anchor=False)
    if said := banner():
        st.info(as_typed(said), icon=":material/extension:")
