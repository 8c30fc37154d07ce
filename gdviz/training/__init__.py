"""Fitting networks to samples: tasks, losses, and the loop that yields every step."""

from gdviz.training.assess import Assessment as Assessment
from gdviz.training.assess import assess as assess
from gdviz.training.bases import bases as bases
from gdviz.training.fitting import Fitting as Fitting
from gdviz.training.loop import TrainingState as TrainingState
from gdviz.training.loop import TrainingStep as TrainingStep
from gdviz.training.loop import train as train
from gdviz.training.loop import untrained as untrained
from gdviz.training.memory import check_memory as check_memory
from gdviz.training.task import Task as Task
