"""Trained networks and unfinished trainings on disk, and the training that outlives its process."""

from gdviz.checkpoints.budget import within as within
from gdviz.checkpoints.history import History as History
from gdviz.checkpoints.library import Library as Library
from gdviz.checkpoints.library import TrainingRecord as TrainingRecord
from gdviz.checkpoints.report import TrainingReport as TrainingReport
from gdviz.checkpoints.required import build_stored as build_stored
from gdviz.checkpoints.required import build_trained as build_trained
from gdviz.checkpoints.required import required_tasks as required_tasks
from gdviz.checkpoints.required import stored_networks as stored_networks
from gdviz.checkpoints.required import task_for as task_for
from gdviz.checkpoints.required import train_required as train_required
from gdviz.checkpoints.resolve import Networks as Networks
from gdviz.checkpoints.resolve import networks as networks
from gdviz.checkpoints.session import Pace as Pace
from gdviz.checkpoints.session import training as training
