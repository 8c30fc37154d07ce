"""Theory: a laboratory for the theorem behind guidance."""

from gdviz.ui.parts.frame import heading

heading("A laboratory for the theorem")

from gdviz.ui.theory import page as theory  # noqa: E402  (the title shows before the slow imports)

theory.page()
