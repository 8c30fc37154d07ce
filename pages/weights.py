"""Learned weights: watch guidance weights form, and see what they gain over constants, with and without a reward."""

ICON, SECTION, PLACE = "tune", "Lab", 6  # read by the router

from gdviz.ui.parts.frame import heading

heading("Learned guidance weights")

from gdviz.ui.weights import page as weights  # the title shows before the slow imports

weights.page()
