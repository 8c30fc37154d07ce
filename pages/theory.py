"""Theory: a laboratory for the theorem behind guidance."""

ICON, SECTION, PLACE = "functions", "Lab", 7  # read by the router

from gdviz.ui.parts.frame import heading

heading("A laboratory for the theorem")

from gdviz.ui.theory import page as theory  # the title shows before the slow imports

theory.page()
