"""Curves: reward and 1/p against the guidance scale, with honest error bars."""

from gdviz.ui.parts.frame import heading

heading("Curves over w")

from gdviz.ui.curves import page as curves  # noqa: E402  (the title shows before the slow imports)

curves.page()
