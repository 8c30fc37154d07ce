"""Digits: guidance on real images, 8x8 pixels, toward a digit or a reward."""

from gdviz.ui.frame import heading

heading("Digits")

from gdviz.ui import digits  # noqa: E402  (the title shows before the slow imports)

digits.page()
