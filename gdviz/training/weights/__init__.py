"""Guidance weights learned by self-consistency (MATH section 3): guided steps, losses, and what the training loop asks for."""

from gdviz.training.weights.fitted import GuidanceWeights as GuidanceWeights
from gdviz.training.weights.losses import consistency as consistency
from gdviz.training.weights.losses import weights_loss as weights_loss
from gdviz.training.weights.steps import GuidedSteps as GuidedSteps
from gdviz.training.weights.steps import StepLaw as StepLaw
