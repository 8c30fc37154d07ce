"""Theory: a laboratory for the theorem behind guidance."""

from gdviz.ui.frame import heading

heading("A laboratory for the theorem")

from gdviz.ui import theory  # noqa: E402  (the title shows before the slow imports)

theory.page()
