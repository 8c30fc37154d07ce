"""Numbers read off the samples, each with its error bar; one idea a file. Everything here takes finished arrays."""

from gdviz.metrics.exact import ExactValues as ExactValues
from gdviz.metrics.exact import exact_values as exact_values
from gdviz.metrics.row import Row as Row
from gdviz.metrics.row import RowReader as RowReader
