"""Targets: descriptions that build a law. One file each."""

from gdviz.targets._atoms import atoms as atoms
from gdviz.targets._fit_mixture import BicRow as BicRow
from gdviz.targets._fit_mixture import FittedMixture as FittedMixture
from gdviz.targets._fit_mixture import fit_mixture as fit_mixture
from gdviz.targets._shape import Shape as Shape
from gdviz.targets._shape import even_square as even_square
from gdviz.targets._shape import midpoints as midpoints
from gdviz.targets._shape import polar as polar
from gdviz.targets._target import MAX_ATOMS as MAX_ATOMS
from gdviz.targets._target import MAX_DIMENSION as MAX_DIMENSION
from gdviz.targets._target import TARGETS as TARGETS
from gdviz.targets._target import TargetKind as TargetKind
