"""Trains the classifier of digits, and says how good it is on images that nothing was trained on."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from gdviz.networks.checkpoint import packed
from gdviz.networks.digit_classifier import DigitClassifier
from gdviz.targets._digit_images import SIDE, DigitImages, digit_images
from gdviz.training.fitting import Fitting

STEPS, BATCH, RATE, AVERAGING = 3000, 128, 3e-3, 0.99
NOISE = 0.3
"""Standard deviation of the noise on a pixel, and ..."""
DISTORTION = 0.1
"""... of each entry of a random affine map, so that 500 images go farther."""

BINS = 10
"""Equally full bins of the confidence."""

RESAMPLINGS = 2000


@dataclass(frozen=True)
class ClassifierReport:
    """What the classifier does on the test part.

    Attributes
    ----------
    images : int
    accuracy, accuracy_se : float
    log_loss : float
        Mean of -log p(true digit | x).
    calibration_error, calibration_error_se : float
        Expected calibration error, sum over bins of share |accuracy - mean confidence|, and its bootstrap standard error.
    calibration_floor : float
        Mean of the same number for a classifier whose confidences are right, at these confidences and as many images: it is
        never 0.
    bins : tuple of (int, float, float)
        Images, mean confidence and accuracy, from the least sure on.
    temperature : float
        Divides the logits; it minimises the log loss on the diffusion networks' images, which this classifier never saw.
    lapse : float
        The share of cases in which its answer may be anything.
    log_loss_before, calibration_error_before : float
        With temperature 1 and no lapses.
    """

    images: int
    accuracy: float
    accuracy_se: float
    log_loss: float
    calibration_error: float
    calibration_error_se: float
    calibration_floor: float
    bins: tuple[tuple[int, float, float], ...]
    temperature: float
    lapse: float
    log_loss_before: float
    calibration_error_before: float


def train_digit_classifier(seed: int = 0, steps: int = STEPS) -> DigitClassifier:
    """A classifier fitted to its own part of the images, distorted and noised afresh each step; then its temperature.

    Temperature and rate of lapses come from the n images of the diffusion networks, which the classifier never saw. Real
    images show no lapse there (the likelihood is greatest at 0), which by the rule of succession puts their rate at
    1 / (n + 2). Without it a sample that is no digit at all can have p = 1e-6 of a sureness that nothing has confirmed.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = DigitClassifier()
    images, generator = digit_images("classifier"), Generator().manual_seed(seed)
    fitting = Fitting(network, steps, RATE, AVERAGING)
    for _ in range(steps):
        chosen = torch.randint(len(images.x), (BATCH,), generator=generator)  # [B]
        x = _distorted(images.x[chosen].float(), generator)  # [B, 64]
        fitting.descend(functional.nll_loss(network(x), images.digit[chosen]))
    network.load_state_dict(fitting.averaged())
    network.requires_grad_(False)
    others = digit_images("diffusion")
    network.lapse.fill_(1 / (len(others.x) + 2))
    network.temperature.fill_(_best_temperature(network, others))
    return network


def _distorted(x: Tensor, generator: Generator) -> Tensor:
    """Images under random affine maps next to the identity, with noise, [B, 64]."""
    count = len(x)
    maps = torch.eye(2, 3) + DISTORTION * torch.randn(count, 2, 3, generator=generator)  # [B, 2, 3]
    grid = functional.affine_grid(maps, [count, 1, SIDE, SIDE], align_corners=False)
    ink = functional.grid_sample((x + 1).view(count, 1, SIDE, SIDE), grid, align_corners=False)  # paper is 0 outside
    return ink.view(count, -1) - 1 + NOISE * torch.randn(x.shape, generator=generator)


def _best_temperature(network: DigitClassifier, images: DigitImages) -> float:
    """The temperature of least log loss, by golden section in its logarithm."""
    logits = network.last(network.features(images.x.float())).double()  # [n, 10]

    def loss(log_temperature: float) -> float:
        return float(functional.nll_loss(network.log_probabilities(logits / math.exp(log_temperature)), images.digit))

    low, high, share = -4.0, 4.0, (math.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        left, right = high - share * (high - low), low + share * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return math.exp((low + high) / 2)


def report(network: DigitClassifier) -> ClassifierReport:
    """Accuracy and calibration on the images of the test part."""
    images = digit_images("test")
    network = network.double()
    log_p = network(images.x)  # [n, 10]
    plain = network.last(network.features(images.x)).log_softmax(-1)  # [n, 10]
    accuracy = float((log_p.argmax(-1) == images.digit).double().mean())
    sure, right = _confidence(log_p, images.digit)
    generator = Generator().manual_seed(0)
    again = torch.randint(len(sure), (RESAMPLINGS, len(sure)), generator=generator)  # [R, n]
    bootstrap = torch.stack([calibration_error(sure[rows], right[rows]) for rows in again])  # [R]
    ideal = (torch.rand(RESAMPLINGS, len(sure), generator=generator, dtype=torch.float64) < sure).double()  # [R, n]
    floor = torch.stack([calibration_error(sure, rows) for rows in ideal])  # [R]
    return ClassifierReport(
        images=len(sure),
        accuracy=accuracy,
        accuracy_se=math.sqrt(accuracy * (1 - accuracy) / len(sure)),
        log_loss=float(functional.nll_loss(log_p, images.digit)),
        calibration_error=float(calibration_error(sure, right)),
        calibration_error_se=float(bootstrap.std()),
        calibration_floor=float(floor.mean()),
        bins=tuple((len(s), float(s.mean()), float(r.mean())) for s, r in _bins(sure, right)),
        temperature=float(network.temperature),
        lapse=float(network.lapse),
        log_loss_before=float(functional.nll_loss(plain, images.digit)),
        calibration_error_before=float(calibration_error(*_confidence(plain, images.digit))),
    )


def _confidence(log_p: Tensor, digit: Tensor) -> tuple[Tensor, Tensor]:
    """The largest probability [n], and whether it is that of the true digit, [n] as 0 and 1."""
    top, guess = log_p.max(-1)
    return top.exp(), (guess == digit).double()


def calibration_error(sure: Tensor, right: Tensor) -> Tensor:
    """sum over bins of (share of the images) |accuracy - mean confidence|, a scalar."""
    return torch.stack([(r.mean() - s.mean()).abs() * len(s) for s, r in _bins(sure, right)]).sum() / len(sure)


def _bins(sure: Tensor, right: Tensor) -> list[tuple[Tensor, Tensor]]:
    order = sure.argsort()
    return [(sure[rows], right[rows]) for rows in order.tensor_split(BINS)]


def to_bytes(network: DigitClassifier) -> bytes:
    """The classifier with its report, one safetensors file."""
    return packed(network.float().state_dict(), {"what": "digit classifier", "report": asdict(report(network.double()))})
