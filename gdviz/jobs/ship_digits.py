"""Makes what the Digits page shows into assets/digits: ``python -m gdviz.jobs.ship_digits classifier``."""

from __future__ import annotations

import sys

from gdviz.resources import resource


def ship_classifier() -> None:
    """Train the classifier of digits and say how good it is."""
    from gdviz.training.digit_classifier import report, to_bytes, train_digit_classifier

    network = train_digit_classifier()
    (resource("assets", "digits") / "classifier.safetensors").write_bytes(to_bytes(network))
    print(report(network))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        {"classifier": ship_classifier}[name]()
