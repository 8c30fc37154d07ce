"""Trained networks and unfinished trainings on disk, and the training that outlives its process."""

from gdviz.checkpoints.budget import within as within
from gdviz.checkpoints.history import History as History
from gdviz.checkpoints.library import Library as Library
from gdviz.checkpoints.library import Record as Record
from gdviz.checkpoints.report import TrainingReport as TrainingReport
from gdviz.checkpoints.resolve import Networks as Networks
from gdviz.checkpoints.resolve import networks as networks
from gdviz.checkpoints.session import Pace as Pace
from gdviz.checkpoints.session import training as training
