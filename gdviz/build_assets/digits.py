"""Makes what the Digits page shows into assets/digits: ``python -m gdviz.jobs.ship_digits NAME ...``.

NAME is ``classifier``, or a part of the page (`gdviz.jobs.digits.names`): ``network-6000``, ``reward-ink``, ...
The diffusion networks themselves are made by ``python -m gdviz.jobs.ship``.
"""

from __future__ import annotations

import json
import sys

from gdviz.jobs.digits import compute
from gdviz.resources import resource


def ship_classifier() -> None:
    """Train the classifier of digits and say how good it is."""
    from gdviz.training.digit_classifier import report, to_bytes, train_digit_classifier

    network = train_digit_classifier()
    (resource("assets", "digits") / "classifier.safetensors").write_bytes(to_bytes(network))
    print(report(network))


def ship_part(name: str) -> None:
    """Run what a part of the page needs."""
    answer = compute(name, lambda words: print(f"{name}, {words}", flush=True))
    text = json.dumps(answer, allow_nan=False) + "\n"
    (resource("assets", "digits") / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        ship_classifier() if name == "classifier" else ship_part(name)
