"""Train: fit a network to samples, watch it learn, use it wherever an exact score is used."""

ICON, SECTION, PLACE = "model_training", "Lab", 4  # read by the router

from gdviz.ui.parts.frame import heading

heading("Train a network")

from gdviz.ui.train import page as train  # the title shows before the slow imports

train.page()
