"""Targets: descriptions that build a law. One file each."""

from gdviz.targets._fit_mixture import BicRow as BicRow
from gdviz.targets._fit_mixture import FittedMixture as FittedMixture
from gdviz.targets._fit_mixture import fit_mixture as fit_mixture
from gdviz.targets._target import TARGETS as TARGETS
from gdviz.targets._target import TargetKind as TargetKind
