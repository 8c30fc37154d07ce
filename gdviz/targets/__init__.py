"""Targets: descriptions that build a law. One file each."""

from gdviz.targets._target import TARGETS as TARGETS
from gdviz.targets._target import TargetKind as TargetKind
