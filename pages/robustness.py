"""Robustness: what wrong scores, with a known error or trained, do to the guided means."""

ICON, SECTION, PLACE = "vital_signs", "Lab", 5  # read by the router

from gdviz.ui.parts.frame import heading

heading("How wrong may a score be?")

from gdviz.ui.robustness import page as robustness  # the title shows before the slow imports

robustness.page()
