"""Figures: the papers' figures, run here, with their numbers."""

from gdviz.ui.frame import heading

heading("The papers' figures")

from gdviz.ui import figures  # noqa: E402  (the title shows before the slow imports)

figures.page()
