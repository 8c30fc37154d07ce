"""Figures: the papers' figures, run here, with their numbers."""

ICON, SECTION, PLACE = "monitoring", "Lab", 2  # read by the router

from gdviz.ui.parts.frame import heading

heading("The papers' figures")

from gdviz.ui.figures import page as figures  # the title shows before the slow imports

figures.page()
