"""Digits: guidance on real images, 8x8 pixels, toward a digit or a reward."""

ICON, SECTION, PLACE = "image", "Lab", 3  # read by the router

from gdviz.ui.parts.frame import heading

heading("Digits")

from gdviz.ui.digits import page as digits  # the title shows before the slow imports

digits.page()
