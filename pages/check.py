"""Check: samples from anywhere and experiments, held against what is known exactly."""

ICON, SECTION, PLACE = "fact_check", "", 2  # read by the router

from gdviz.ui.parts.frame import heading

heading("Check against what is known exactly")

from gdviz.ui.check import page as check  # the title shows before the slow imports

check.page()
