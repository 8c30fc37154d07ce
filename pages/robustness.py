"""Robustness: what wrong scores, with a known error or trained, do to the guided means."""

from gdviz.ui.parts.frame import heading

heading("How wrong may a score be?")

from gdviz.ui.robustness import page as robustness  # noqa: E402  (the title shows before the slow imports)

robustness.page()
