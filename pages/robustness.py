"""Robustness: what wrong scores, with a known error or trained, do to the guided means."""

from gdviz.ui.frame import heading

heading("How wrong may a score be?")

from gdviz.ui import robustness  # noqa: E402  (the title shows before the slow imports)

robustness.page()
