"""Train: fit a network to samples, watch it learn, use it wherever an exact score is used."""

from gdviz.ui.frame import heading

heading("Train a network")

from gdviz.ui import train  # noqa: E402  (the title shows before the slow imports)

train.page()
