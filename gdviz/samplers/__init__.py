"""Step rules: one file each. A sampler is a generator of typed steps; the caller keeps, draws, cancels or counts."""

from gdviz.samplers._populations import Populations as Populations
from gdviz.samplers._sampler import SAMPLERS as SAMPLERS
from gdviz.samplers._sampler import LinearStep as LinearStep
from gdviz.samplers._sampler import LinearStepSampler as LinearStepSampler
from gdviz.samplers._sampler import SamplerKind as SamplerKind
from gdviz.samplers._sampler import Step as Step
