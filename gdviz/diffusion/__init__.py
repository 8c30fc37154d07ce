"""Noise levels, and the noise itself.

One convention: t in (0, 1) is the noise variance, X_t = sqrt(1 - t) X_0 + sqrt(t) Z (MATH section 1).
"""

from gdviz.diffusion.levels import LEVELS as LEVELS
from gdviz.diffusion.levels import Levels as Levels
from gdviz.diffusion.levels import LevelsKind as LevelsKind
from gdviz.diffusion.levels import Moment as Moment
from gdviz.diffusion.noise import CoarseNoise as CoarseNoise
from gdviz.diffusion.noise import Noise as Noise
from gdviz.diffusion.noise import TileNoise as TileNoise
