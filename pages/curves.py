"""Curves: reward and 1/p against the guidance scale, with honest error bars."""

ICON, SECTION, PLACE = "show_chart", "Lab", 1  # read by the router

from gdviz.ui.parts.frame import heading

heading("Curves over w")

from gdviz.ui.curves import page as curves  # the title shows before the slow imports

curves.page()
