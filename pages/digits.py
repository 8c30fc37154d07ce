"""Digits: guidance on real images, 8x8 pixels, toward a digit or a reward."""

from gdviz.ui.parts.frame import heading

heading("Digits")

from gdviz.ui.digits import page as digits  # noqa: E402  (the title shows before the slow imports)

digits.page()
