"""Numbers read off the samples, each with its error bar; one idea a file. Everything here takes finished arrays."""

from gdviz.metrics.row import Row as Row
from gdviz.metrics.row import RowReader as RowReader
