"""Probability laws with an exact noised score and density at every noise level.

A *law* is the mathematical object; `gdviz.targets` holds the descriptions that build one.
"""

from gdviz.laws.components import Components as Components
from gdviz.laws.components import FullComponents as FullComponents
from gdviz.laws.components import SharedComponents as SharedComponents
from gdviz.laws.law import Given as Given
from gdviz.laws.law import LabelPosterior as LabelPosterior
from gdviz.laws.law import Law as Law
from gdviz.laws.law import LogRatio as LogRatio
from gdviz.laws.law import Pair as Pair
from gdviz.laws.law import PairScores as PairScores
from gdviz.laws.law import Points as Points
from gdviz.laws.law import TiltedBy as TiltedBy
from gdviz.laws.mixture import Mixture as Mixture
from gdviz.laws.pair import pair as pair
from gdviz.laws.sampled import SampledLaw as SampledLaw
