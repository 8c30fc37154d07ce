"""Learned weights: watch guidance weights form, and see what they gain over constants, with and without a reward."""

from gdviz.ui.frame import heading

heading("Learned guidance weights")

from gdviz.ui import weights  # noqa: E402  (the title shows before the slow imports)

weights.page()
