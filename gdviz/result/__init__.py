"""Running an Experiment: `run` gives its Result, `stream` shows it as it grows."""

from gdviz.result.given import GivenScore as GivenScore
from gdviz.result.measure import measured_reward as measured_reward
from gdviz.result.record import Result as Result
from gdviz.result.running import run as run
from gdviz.result.running import stream as stream
from gdviz.result.running import versions as versions
from gdviz.result.summary import ResultSummary as ResultSummary
