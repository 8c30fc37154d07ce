"""Check: samples from anywhere and experiments, held against what is known exactly."""

from gdviz.ui.parts.frame import heading

heading("Check against what is known exactly")

from gdviz.ui.check import page as check  # noqa: E402  (the title shows before the slow imports)

check.page()
