"""Figures: the papers' figures, run here, with their numbers."""

from gdviz.ui.parts.frame import heading

heading("The papers' figures")

from gdviz.ui.figures import page as figures  # noqa: E402  (the title shows before the slow imports)

figures.page()
