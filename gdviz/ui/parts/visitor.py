"""Who looks at the page: the visitor, by the cookie that the server's front gives, and which of their tabs."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gdviz.jobs.job import PROGRAM, Asker
from gdviz.server.visitors import COOKIE, place_of, visitor_of


def asker() -> Asker:
    """Who asks. Without the front (plain ``streamlit run app.py``) every session is a visitor of its own."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return PROGRAM
    visitor = visitor_of(st.context.cookies.get(COOKIE)) or context.session_id
    return Asker(visitor, context.session_id, place_of(st.context.ip_address))
