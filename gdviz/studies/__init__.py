"""Questions that take a while, one file each: a frozen request with a key, and an answer that reads and writes itself."""

from gdviz.studies._study import Study as Study
from gdviz.studies._study import StudyContext as StudyContext
from gdviz.studies._study import trainings_of as trainings_of
