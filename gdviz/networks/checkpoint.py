"""A trained network as plain state: tensors and a JSON description in one safetensors file, never a pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.networks.classifier import Classifier
from gdviz.networks.denoiser import Denoiser
from gdviz.networks.frozen import Frozen
from gdviz.networks.recipe import Recipe
from gdviz.networks.trunk import Trunk
from gdviz.networks.weight_recipe import WeightRecipe
from gdviz.networks.weights import FrozenWeights, WeightNetwork

MAX_BYTES = 256 << 20
"""A larger file is not read."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The weights that sample, and what is needed to make their network again.

    Attributes
    ----------
    tensors : dict of str to Tensor
        The state of a `Denoiser`, a `Classifier` or a `WeightNetwork`.
    about : dict
        JSON: `what` (score, conditional, tilted, difference, classifier or weights), `dimension`, `labels`, `recipe`,
        and what the trainer adds (its task, the steps done).
    """

    tensors: dict[str, Tensor]
    about: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def network(self) -> Trunk | WeightNetwork:
        """The network with these weights, frozen.

        Raises
        ------
        GdvizError
            If the tensors are not those of the described network.
        """
        try:
            recipe = (WeightRecipe if self.what == "weights" else Recipe).model_validate(self.about["recipe"])
            told = self.what, int(self.about["dimension"]), len(self.labels), recipe
            with torch.device("meta"):  # shapes alone: what is described may be far larger than what is there
                wanted = {name: tensor.shape for name, tensor in blank(*told).state_dict().items()}
            if wrong := _first_difference(wanted, self.tensors):
                raise GdvizError(f"checkpoint: found weights that do not fit their description ({wrong}).")
            network = blank(*told)
            network.load_state_dict(self.tensors)
        except GdvizError:
            raise
        except (KeyError, TypeError, ValueError, OverflowError, RuntimeError) as error:
            raise GdvizError(f"checkpoint: found weights that do not fit their description ({_short(error)}).") from None
        return network.requires_grad_(False).eval()

    @property
    def denoiser(self) -> Denoiser:
        """The network, where it predicts noise."""
        if not isinstance(self.network, Denoiser):
            raise GdvizError(f"checkpoint: found a network that learned {self.what!r}; one that predicts noise is needed.")
        return self.network

    @cached_property
    def frozen(self) -> Frozen:
        """The denoiser in the form that samples fast."""
        return Frozen(self.denoiser)

    @property
    def classifier(self) -> Classifier:
        """The network, where it guesses labels."""
        if not isinstance(self.network, Classifier):
            raise GdvizError(f"checkpoint: found a network that learned {self.what!r}; a classifier is needed.")
        return self.network

    @cached_property
    def weights(self) -> FrozenWeights:
        """The network, where it gives guidance weights."""
        if not isinstance(self.network, WeightNetwork):
            raise GdvizError(f"checkpoint: found a network that learned {self.what!r}; guidance weights are needed.")
        return FrozenWeights(self.network)

    @property
    def what(self) -> str:
        """What the network learned: score, conditional, tilted, difference, classifier or weights."""
        return str(self.about["what"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the network knows, in the order of its embedding."""
        return tuple(self.about["labels"])

    def to_bytes(self) -> bytes:
        """One safetensors file with the description in its header."""
        return packed(self.tensors, self.about)

    @staticmethod
    def from_bytes(data: bytes) -> Checkpoint:
        """Read what `to_bytes` wrote.

        Raises
        ------
        GdvizError
            If the bytes are damaged or not a checkpoint.
        """
        tensors, about = unpacked(data)
        checkpoint = Checkpoint(tensors, about)
        checkpoint.network  # noqa: B018  what cannot be built is refused here, not in the middle of a run
        return checkpoint


def blank(
    what: str, dimension: int, labels: int, recipe: Recipe | WeightRecipe, scale: float = 1.0
) -> Trunk | WeightNetwork:
    """A fresh network for what is to be learned; random, from torch's own generator."""
    if isinstance(recipe, WeightRecipe):
        return WeightNetwork(labels, recipe)
    if what == "classifier":
        return Classifier(dimension, labels, recipe, scale)
    return Denoiser(dimension, labels, recipe, scale, difference=what == "difference")


def packed(tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> bytes:
    """Tensors and JSON as one safetensors file."""
    from safetensors.torch import save

    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return save(plain, {"gdviz": json.dumps(about, sort_keys=True, allow_nan=False)})


def unpacked(data: bytes) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `packed` wrote.

    Raises
    ------
    GdvizError
        If the bytes are damaged, too many, or not ours.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    if len(data) > MAX_BYTES:
        raise GdvizError(f"checkpoint: found {len(data):,} bytes; at most {MAX_BYTES:,} are read.")
    try:
        tensors = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        about = json.loads(header["__metadata__"]["gdviz"])
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise GdvizError(f"checkpoint: found a damaged or foreign file ({_short(error)}).") from None
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values() if tensor.is_floating_point()):
        raise GdvizError("checkpoint: found weights that are not finite.")
    return tensors, about


def _first_difference(wanted: Mapping[str, torch.Size], tensors: Mapping[str, Tensor]) -> str:
    """Where the shapes that a description asks for differ from those that are there; empty where they do not."""
    for name, shape in wanted.items():
        if name not in tensors:
            return f"{name} is missing"
        if tensors[name].shape != shape:
            return f"{name} has the shape {list(tensors[name].shape)}, {list(shape)} is described"
    more = next((name for name in tensors if name not in wanted), None)
    return "" if more is None else f"{more[:60]} is not described"


def _short(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:100] or type(error).__name__
