"""The digits: real images, shared out once; what is known of them, and what is refused."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

import gdviz
from gdviz.errors import GdvizError
from gdviz.guidance import GUIDANCE, GuidanceContext
from gdviz.metrics import exact_values
from gdviz.samplers import SAMPLERS
from gdviz.scores import ScoresContext
from gdviz.scores.exact import Exact
from gdviz.targets import TARGETS
from gdviz.targets._digit_images import PARTS, digit_images
from gdviz.targets.digits import digit_classifier, digit_features

REFUSED = r"^score: found a target known by 899 samples alone, .*; allowed: \{\"kind\": \"network\"\} and other learned scores\.$"


@pytest.fixture(scope="module")
def law():
    return TARGETS.parse({"kind": "digits"}).build()


def test_the_parts_are_all_the_images_and_do_not_meet():
    parts = [digit_images(part) for part in PARTS]
    assert [len(part.x) for part in parts] == [899, 500, 398]
    # Two of the 1797 images may be equal, so the parts are told apart by how often each image occurs in all.
    together = torch.cat([part.x for part in parts])
    data = load_digits()
    whole, digit = data.data / 8 - 1, data.target
    order = np.lexsort(together.numpy().T), np.lexsort(whole.T)
    np.testing.assert_array_equal(together.numpy()[order[0]], whole[order[1]])
    assert sorted(torch.cat([part.digit for part in parts]).tolist()) == sorted(digit.tolist())
    assert together.amin() == -1 and together.amax() == 1


def test_the_images_are_those_that_the_shipped_networks_were_trained_on():
    """Another release of scikit-learn must not exchange them unseen; pixels and digits as bytes, in its order."""
    data = load_digits()
    images, digit = data.data.astype(np.uint8), data.target.astype(np.uint8)
    np.testing.assert_array_equal(images, data.data)  # whole numbers
    digest = hashlib.sha256(images.tobytes() + digit.tobytes()).hexdigest()
    assert digest == "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"
    mine = hashlib.sha256(b"".join(tensor.numpy().tobytes() for part in PARTS for tensor in digit_images(part))).hexdigest()
    assert mine == "24c3fdb7c908c199b4d24a7209c24be69fd52ebeacc98cef2417368ca50f4dc5"


def test_an_image_looks_like_its_digit():
    """Rows from the top: the mean 7 has its bar there, the mean 0 a hole in the middle."""
    images = digit_images("diffusion")
    seven, zero = (images.x[images.digit == k].mean(0).view(8, 8) for k in (7, 0))
    assert seven[:2].mean() > seven[-2:].mean() + 0.05
    assert zero[3:5, 3:5].mean() < zero[:, 2].mean()


def test_a_law_given_a_label_is_the_samples_that_carry_it(law):
    images = digit_images("diffusion")
    for k, label in enumerate(law.labels):
        assert law.class_probability(label) == pytest.approx(float((images.digit == k).double().mean()))
        drawn = law.given(label).sample(500, torch.Generator().manual_seed(0))
        own = images.x[images.digit == k]
        assert float(torch.cdist(drawn.x, own).amin(1).max()) == 0
    assert law.given("3").name == "p(x | 3)"


def test_a_tilt_reweights_the_samples(law):
    """E ink under p r / E r with r = exp(ink) is E[ink r] / E r over the samples, within 5 standard errors."""
    reward = {"kind": "exp", "of": {"kind": "linear", "direction": [1 / 64] * 64}, "strength": 5}
    plan = GUIDANCE.parse({"kind": "reward", "reward": reward}).build(GuidanceContext(law, _Anything()))
    ink = law.x.mean(1)
    weight = torch.exp(5 * ink) / torch.exp(5 * ink).sum()
    drawn = plan.toward.sample(20_000, torch.Generator().manual_seed(1)).x.mean(1)
    assert abs(float(drawn.mean() - (weight * ink).sum())) < 5 * float(drawn.std()) / math.sqrt(20_000)
    assert plan.baseline is None  # E r over the samples is not that of their law


class _Anything:
    """Scores that are never evaluated."""

    def pair(self, toward, away, base="toward"):
        return None


def test_what_is_not_known_is_refused_in_one_sentence(law):
    x = torch.zeros(2, 64)
    for ask in (law.score, law.log_density, law.posterior_mean):
        with pytest.raises(GdvizError, match=REFUSED):
            ask(x, 0.5)
    with pytest.raises(GdvizError, match=REFUSED):
        law.log_posterior("3")(x, 0.5)
    with pytest.raises(GdvizError, match=REFUSED):
        gdviz.run({"target": {"kind": "digits"}, "guidance": {"kind": "cfg", "label": "3"}, "w": [1], "particles": 2})
    for score in ({"kind": "perturbed", "of": {"kind": "exact"}, "error": {"kind": "field"}}, {"kind": "exact"}):
        asked = {"target": {"kind": "digits"}, "score": score, "guidance": {"kind": "none"}, "w": [1], "particles": 2}
        with pytest.raises(GdvizError, match=REFUSED):
            gdviz.run(asked)


def test_nothing_exact_is_claimed(law):
    plan = GUIDANCE.parse({"kind": "cfg", "label": "3"}).build(GuidanceContext(law, _Anything()))
    assert plan.baseline is None and [goal.name for goal in plan.goals] == ["conditional"]
    found = exact_values(plan, SAMPLERS.parse({"kind": "ddpm"}))
    assert all(value is None for value in vars(found).values())
    with pytest.raises(GdvizError, match=REFUSED):
        Exact().build(ScoresContext()).single(law)


def test_the_posterior_is_the_classifiers(law):
    """On images that neither it nor any network was trained on it is right in at least 19 of 20."""
    test = digit_images("test")
    log_p = torch.stack([law.log_posterior(label)(test.x) for label in law.labels], -1)  # [n, 10]
    assert torch.allclose(log_p.logsumexp(-1), torch.zeros(398, dtype=torch.float64), atol=1e-12)
    assert float((log_p.argmax(-1) == test.digit).double().mean()) > 0.95
    assert torch.equal(log_p, digit_classifier()(test.x))
    single = law.log_posterior("4")(test.x.float())
    assert single.dtype == torch.float32 and torch.allclose(single.double(), log_p[:, 4], atol=1e-4)
    assert digit_features(test.x).shape == (398, 32)
