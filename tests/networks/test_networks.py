"""The small networks: what they predict, and that their fast form says the same."""

from __future__ import annotations

import math

import pytest
import torch

from gdviz.errors import GdvizError
from gdviz.networks import Checkpoint, Classifier, Denoiser, Frozen, Recipe
from gdviz.networks.features import LEVEL_WAVES, PointFeatures, level_features

SMALL = {"width": 16, "depth": 2, "frequencies": 4}


def denoiser(dimension: int = 2, labels: int = 3, scale: float = 1.7, difference: bool = False, **recipe) -> Denoiser:
    """A network that has forgotten that it begins at zero."""
    torch.manual_seed(0)
    network = Denoiser(dimension, labels, Recipe(**{**SMALL, **recipe}), scale, difference)
    torch.nn.init.normal_(network.last.weight)
    return network.requires_grad_(False)


# ---------------------------------------------------------------------- what the last layer means
@pytest.mark.parametrize("t", [1e-4, 0.05, 0.5, 0.95, 1 - 1e-4])
def test_the_three_predictions_are_one_noise(t):
    """Told the truth in its own words, x_0 / scale, v / its size or z, each last layer gives the noise."""
    generator = torch.Generator().manual_seed(1)
    clean, z = (torch.randn(50, 2, generator=generator, dtype=torch.float64) for _ in range(2))
    clean, level = 1.7 * clean, torch.tensor([[t]], dtype=torch.float64)
    a, b = math.sqrt(1 - t), math.sqrt(t)
    x = a * clean + b * z
    told = {"noise": z, "clean": clean / 1.7, "velocity": (a * z - b * clean) / math.sqrt(a**2 + (b * 1.7) ** 2)}
    for prediction, last in told.items():
        network = denoiser(prediction=prediction).double()
        assert torch.allclose(network.noise(last, x, level), z, rtol=0, atol=1e-6 / b), prediction


def test_a_difference_fades_at_both_ends():
    network = denoiser(difference=True)
    x = torch.randn(20, 2)
    middle, *ends = (
        network(x, torch.full((20,), t), torch.zeros(20, dtype=torch.long)).abs().max() for t in (0.5, 1e-8, 1 - 1e-7)
    )
    assert all(end < 1e-2 * middle for end in ends)


def test_an_untrained_network_predicts_what_needs_no_training():
    """The last layer begins at zero: noise and difference 0, and the velocity's noise sqrt(t) x."""
    x, t, label = torch.randn(9, 2), torch.linspace(0.1, 0.9, 9), torch.zeros(9, dtype=torch.long)
    assert not Denoiser(2, 1, Recipe(**SMALL, prediction="noise"))(x, t, label).any()
    assert not Denoiser(2, 1, Recipe(**SMALL), difference=True)(x, t, label).any()
    assert torch.allclose(Denoiser(2, 1, Recipe(**SMALL))(x, t, label), t.sqrt()[:, None] * x)


def test_the_first_layer_sees_points_of_unit_size():
    """Whatever the data's scale, the noised points are divided by their root mean square."""
    generator = torch.Generator().manual_seed(2)
    for scale in (0.01, 1.0, 100.0):
        network, seen = denoiser(scale=scale), []
        network.points.register_forward_pre_hook(lambda module, inputs, seen=seen: seen.append(inputs[0]))
        for t in (0.01, 0.5, 0.99):
            z = torch.randn(2, 4000, 2, generator=generator)
            network.before(math.sqrt(1 - t) * scale * z[0] + math.sqrt(t) * z[1], torch.tensor(t))
        for x in seen:  # standard error of the mean square of 8000 normals: 1.6 %; six of them
            assert abs(float(x.square().mean()) - 1) < 0.1


def test_features():
    assert level_features(torch.tensor([0.0, 3.0])).shape == (2, 1 + 2 * LEVEL_WAVES)
    assert torch.equal(level_features(torch.tensor(0.0))[1 : 1 + LEVEL_WAVES], torch.zeros(LEVEL_WAVES))
    x = torch.randn(5, 3)
    assert torch.equal(PointFeatures(3, 0)(x), x)
    features = PointFeatures(3, 7)
    assert features(x).shape == (5, features.size)
    assert torch.allclose(features(x)[:, 3:10] ** 2 + features(x)[:, 10:] ** 2, torch.ones(5, 7))


def test_labels_begin_as_small_as_they_are_asked_to():
    for std in (0.05, 1.0):
        weight = denoiser(labels=400, embedding_std=std).label.weight  # [401, 16]
        assert float(weight.std()) == pytest.approx(std, rel=6 / math.sqrt(2 * weight.numel()))
    assert denoiser(labels=4).null == 4


def test_a_classifier_gives_probabilities():
    network = Classifier(2, 3, Recipe(**SMALL))
    log_p = network(torch.randn(11, 2), torch.full((11,), 0.3))
    assert log_p.shape == (11, 3)
    assert torch.allclose(log_p.exp().sum(1), torch.ones(11))


# ---------------------------------------------------------------------- the fast form
@pytest.mark.parametrize("rows", [1, 1000, 1024, 2300])
@pytest.mark.parametrize(
    "recipe", [{}, {"prediction": "clean", "activation": "gelu"}, {"prediction": "noise", "activation": "tanh"}, {"depth": 1}]
)
def test_frozen_says_what_the_network_says(recipe, rows):
    network = denoiser(**recipe)
    x, t = torch.randn(rows, 2), 0.37
    told = [network(x, torch.full((rows,), t), torch.full((rows,), label)) for label in (1, 3)]
    first, difference = Frozen(network).noises(x, t, (1, 3))
    alone, nothing = Frozen(network).noises(x, t, (3,))
    digits = 1e-5 * float(told[0].abs().max())
    assert nothing is None and difference is not None
    assert float((first - told[0]).abs().max()) < digits
    assert float((difference - (told[0] - told[1])).abs().max()) < digits
    assert float((alone - told[1]).abs().max()) < digits


def test_frozen_keeps_no_answer_of_an_earlier_call():
    """Its work arrays are its own: what it returned stays as it was."""
    frozen, x = Frozen(denoiser()), torch.randn(1500, 2)
    first, difference = frozen.noises(x, 0.4, (0, 3))
    before = first.clone(), difference.clone()
    frozen.noises(x + 1, 0.2, (1, 2))
    assert torch.equal(first, before[0]) and torch.equal(difference, before[1])


def test_no_points_are_no_answers():
    first, difference = Frozen(denoiser()).noises(torch.zeros(0, 2), 0.4, (0, 3))
    assert first.shape == difference.shape == (0, 2)


# ---------------------------------------------------------------------- as plain state
def stored(network: Denoiser) -> Checkpoint:
    about = {"what": "conditional", "dimension": 2, "labels": ["a", "b", "c"], "recipe": network.recipe.model_dump(mode="json")}
    return Checkpoint(dict(network.state_dict()), about)


def test_a_checkpoint_comes_back_as_it_was():
    network = denoiser()
    data = stored(network).to_bytes()
    again = Checkpoint.from_bytes(data)
    assert again.to_bytes() == data
    x, t, label = torch.randn(7, 2), torch.full((7,), 0.5), torch.zeros(7, dtype=torch.long)
    assert torch.equal(again.denoiser(x, t, label), network(x, t, label))
    assert again.labels == ("a", "b", "c")
    with pytest.raises(GdvizError, match="a classifier is needed"):
        again.classifier  # noqa: B018


def broken(data: bytes) -> dict[str, bytes]:
    whole = stored(denoiser())
    fewer = {name: tensor for name, tensor in whole.tensors.items() if name != "first.bias"}
    endless = {**whole.tensors, "first.bias": torch.full_like(whole.tensors["first.bias"], float("nan"))}
    return {
        "empty": b"",
        "cut": data[:-10],
        "cut in the header": data[:40],
        "foreign": b"PK\x03\x04" + data,
        "a flipped length": bytes([data[0] ^ 0xFF]) + data[1:],
        "a tensor missing": Checkpoint(fewer, whole.about).to_bytes(),
        "another description": Checkpoint(whole.tensors, {**whole.about, "dimension": 3}).to_bytes(),
        "no description": Checkpoint(whole.tensors, {}).to_bytes(),
        "a recipe out of bounds": Checkpoint(whole.tensors, {**whole.about, "recipe": {"width": 10**9}}).to_bytes(),
        "not finite": Checkpoint(endless, whole.about).to_bytes(),
    }


@pytest.mark.parametrize("how", list(broken(stored(denoiser()).to_bytes())))
def test_damage_is_found_and_named(how):
    with pytest.raises(GdvizError, match=r"^checkpoint: found"):
        Checkpoint.from_bytes(broken(stored(denoiser()).to_bytes())[how])
