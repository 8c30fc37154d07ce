"""Train: fit a network to samples, watch it learn, use it wherever an exact score is used."""

from gdviz.ui.parts.frame import heading

heading("Train a network")

from gdviz.ui.train import page as train  # noqa: E402  (the title shows before the slow imports)

train.page()
