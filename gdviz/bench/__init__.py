"""Benchmarks of guidance methods: a frozen definition, entries, and results by scene with their uncertainty."""

from gdviz.bench.definition import Definition as Definition
from gdviz.bench.definition import Scene as Scene
from gdviz.bench.definition import find_definition as find_definition
from gdviz.bench.definition import names as names
from gdviz.bench.entry import BenchEntry as BenchEntry
