"""The small networks behind learned scores, and their trained weights as plain state."""

from gdviz.networks.checkpoint import Checkpoint as Checkpoint
from gdviz.networks.classifier import Classifier as Classifier
from gdviz.networks.denoiser import Denoiser as Denoiser
from gdviz.networks.frozen import Frozen as Frozen
from gdviz.networks.recipe import Recipe as Recipe
from gdviz.networks.trunk import Trunk as Trunk
from gdviz.networks.weight_recipe import WeightRecipe as WeightRecipe
from gdviz.networks.weights import FrozenWeights as FrozenWeights
from gdviz.networks.weights import WeightNetwork as WeightNetwork
