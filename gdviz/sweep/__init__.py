"""All w at once on common random numbers, in chunks of bounded memory: the one hot loop, and what observes it."""

from gdviz.sweep.chunk import Chunk as Chunk
from gdviz.sweep.chunk import Paths as Paths
from gdviz.sweep.chunk import gathered as gathered
from gdviz.sweep.frames import Frames as Frames
from gdviz.sweep.integrals import Integrals as Integrals
from gdviz.sweep.loop import sweep as sweep
from gdviz.sweep.observer import Observer as Observer
from gdviz.sweep.observer import ObserverContext as ObserverContext
from gdviz.sweep.observer import ObserverKind as ObserverKind
from gdviz.sweep.options import SweepOptions as SweepOptions
from gdviz.sweep.options import chunks as chunks
from gdviz.sweep.options import fitting as fitting
from gdviz.sweep.plan_executor import PlanExecutor as PlanExecutor
from gdviz.sweep.plan_executor import PlanHere as PlanHere
from gdviz.sweep.plan_executor import PlanSource as PlanSource
from gdviz.sweep.plan_executor import RunHere as RunHere
from gdviz.sweep.populations import PopulationReadings as PopulationReadings
