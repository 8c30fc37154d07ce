"""The exact facts as a test: of an Experiment, of the caller's own sampler, of samples from anywhere."""

from gdviz.facts.caller import check as check
from gdviz.facts.finding import CheckReport as CheckReport
from gdviz.facts.finding import Finding as Finding
from gdviz.facts.of_experiment import check_experiment as check_experiment
from gdviz.facts.problem import Problem as Problem
