"""Learned weights: watch guidance weights form, and see what they gain over constants, with and without a reward."""

from gdviz.ui.parts.frame import heading

heading("Learned guidance weights")

from gdviz.ui.weights import page as weights  # noqa: E402  (the title shows before the slow imports)

weights.page()
