"""The classifier of digits: it learns, its temperature and calibration are what they say, and the shipped one is as reported."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, log_loss
from sklearn.svm import SVC

from gdviz.networks.checkpoint import unpacked
from gdviz.resources import resource
from gdviz.targets._digit_images import digit_images
from gdviz.targets.digits import digit_classifier
from gdviz.training.digit_classifier import BINS, calibration_error, report, train_digit_classifier


def test_a_few_steps_teach_it_and_equal_seeds_are_equal():
    first, again = (train_digit_classifier(steps=60) for _ in range(2))
    test = digit_images("test")
    assert float((first(test.x.float()).argmax(-1) == test.digit).double().mean()) > 0.5  # by chance 0.1
    assert all(torch.equal(a, b) for a, b in zip(first.state_dict().values(), again.state_dict().values(), strict=True))
    # The temperature is where the log loss on the diffusion networks' images is least.
    images, network = digit_images("diffusion"), first.double()
    logits = network.last(network.features(images.x))
    losses = []
    for factor in (0.97, 1, 1.03):
        p = torch.softmax(logits / (network.temperature * factor), -1) * (900 / 901) + 1 / 9010  # one lapse in 899 + 2
        losses.append(float(-p.gather(1, images.digit[:, None]).log().mean()))
    assert losses[1] < min(losses[0], losses[2])
    assert torch.allclose(p.sum(-1), torch.ones(899, dtype=torch.float64))


def test_the_calibration_error_is_that_of_a_slow_count():
    generator = torch.Generator().manual_seed(0)
    sure = torch.rand(97, generator=generator, dtype=torch.float64)
    right = (torch.rand(97, generator=generator, dtype=torch.float64) < sure**2).double()
    total = 0.0
    for rows in np.array_split(np.argsort(sure.numpy()), BINS):
        total += abs(right.numpy()[rows].mean() - sure.numpy()[rows].mean()) * len(rows) / 97
    assert float(calibration_error(sure, right)) == pytest.approx(total, rel=1e-12)


@pytest.mark.slow
def test_the_shipped_one_is_as_good_as_its_report_says():
    _, about = unpacked(resource("assets", "digits", "classifier.safetensors").read_bytes())
    found, said = report(digit_classifier()), about["report"]
    assert found.accuracy == said["accuracy"] > 0.97
    assert found.calibration_error == pytest.approx(said["calibration_error"], abs=1e-6)
    assert found.log_loss == pytest.approx(said["log_loss"], rel=1e-4)
    assert found.lapse == pytest.approx(1 / 901) and 0.5 < found.temperature < 2
    # The same numbers by scikit-learn, from the probabilities.
    test = digit_images("test")
    p = digit_classifier()(test.x).exp().numpy()  # [n, 10]
    assert found.accuracy == accuracy_score(test.digit.numpy(), p.argmax(1))
    assert found.log_loss == pytest.approx(log_loss(test.digit.numpy(), p), rel=1e-9)
    # Well calibrated: no farther from right than the same number is for a classifier that is right, by 3 standard errors.
    assert found.calibration_error < found.calibration_floor + 3 * found.calibration_error_se


def test_it_is_not_behind_a_classifier_of_another_kind():
    """A support vector machine on the same 500 images. Where one of the two is right alone, it is ours in no fewer cases than a
    fair coin allows (McNemar's exact test, one-sided, false alarm 1e-4); and both see the same digit in nearly all images."""
    own, test = digit_images("classifier"), digit_images("test")
    other = SVC(C=10.0).fit(own.x.numpy(), own.digit.numpy()).predict(test.x.numpy())  # [n]
    ours, truth = digit_classifier()(test.x).argmax(-1).numpy(), test.digit.numpy()
    alone, behind = int(((ours == truth) & (other != truth)).sum()), int(((ours != truth) & (other == truth)).sum())
    assert alone + behind == 0 or binomtest(alone, alone + behind, alternative="less").pvalue > 1e-4
    assert (ours == other).mean() > 0.9 and (other == truth).mean() > 0.9
