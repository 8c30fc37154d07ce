"""Background work in worker processes: asked for twice runs once, reports progress, can be cancelled."""

from gdviz.jobs.job import Asker as Asker
from gdviz.jobs.job import Job as Job
from gdviz.jobs.job import Terms as Terms
from gdviz.jobs.pool import Pool as Pool
from gdviz.jobs.worker import JobReport as JobReport
