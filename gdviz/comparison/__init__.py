"""Guidance methods held against each other on one scene: who is in, what each may spend, how near each comes to the goal."""

from gdviz.comparison.answer import ComparisonAnswer as ComparisonAnswer
from gdviz.comparison.answer import Entry as Entry
from gdviz.comparison.methods import METHODS as METHODS
from gdviz.comparison.methods import Method as Method
from gdviz.comparison.methods import methods_for as methods_for
