"""Ways to draw the survivors of a population by their weights, one file each."""

from gdviz.samplers.particles.resamplers._resampler import RESAMPLERS as RESAMPLERS
from gdviz.samplers.particles.resamplers._resampler import ResamplerKind as ResamplerKind
from gdviz.samplers.particles.resamplers._resampler import found_at as found_at
