"""The law of the guided sampler's output as a density on a grid, without Monte Carlo (MATH section 2, d <= 2)."""

from gdviz.guided_law.budget import Budget as Budget
from gdviz.guided_law.budget import TooLong as TooLong
from gdviz.guided_law.law import GuidedLaw as GuidedLaw
from gdviz.guided_law.law import guided_law as guided_law
from gdviz.guided_law.law import guided_laws as guided_laws
from gdviz.guided_law.law import refusal as refusal
