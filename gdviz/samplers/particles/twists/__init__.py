"""What a particle's weight foresees of its reward, one file each."""

from gdviz.samplers.particles.twists._twist import TWISTS as TWISTS
from gdviz.samplers.particles.twists._twist import Foresight as Foresight
from gdviz.samplers.particles.twists._twist import TwistKind as TwistKind
