"""Answers about learned weights that come with the program, in assets/weights, named by what is asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from gdviz.errors import GdvizError
from gdviz.record import Answer
from gdviz.resources import resource
from gdviz.studies import Study
from gdviz.studies.weights.learned import LearnedWeights
from gdviz.studies.weights.reward import RewardWeights
from gdviz.studies.weights.subjects import DENOISERS, EXACT, PAPERS, PATH, reward_study, weights_study

A = TypeVar("A", bound=Answer)

CHOICES: Mapping[str, tuple[str, str, str, bool]] = MappingProxyType(
    {
        "-".join([target, denoiser, loss, *["reward"] * reward]): (target, denoiser, loss, reward)
        for target, denoiser, loss, reward in (
            *(("rings", denoiser, PAPERS, False) for denoiser in DENOISERS),
            *(("rings", denoiser, PAPERS, True) for denoiser in DENOISERS),
            ("rings", EXACT, "l2", False),
            *(("rings", denoiser, PATH, False) for denoiser in ("80", "100", "4000")),
            *(("overlapping-classes", denoiser, PAPERS, False) for denoiser in ("80", "400", EXACT)),
            *(("two-moons", denoiser, PAPERS, False) for denoiser in ("80", EXACT)),
        )
    }
)
"""What comes with the program, by name: target, denoiser, loss, and whether it is the reward version."""


def study_of(name: str) -> LearnedWeights | RewardWeights:
    """What is asked under a name of `CHOICES`."""
    target, denoiser, loss, reward = CHOICES[name]
    return reward_study(target, denoiser, loss) if reward else weights_study(target, denoiser, loss)


def shipped_file(study: Study[Any]) -> str:
    """Name in assets/weights of the answer to a study."""
    text = json.dumps(study.request(), sort_keys=True)
    return f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"


def shipped(study: Study[Any]) -> bytes | None:
    """The answer to a study that came with the program, if there is one."""
    try:
        return resource("assets", "weights", shipped_file(study)).read_bytes()
    except GdvizError:
        return None


def shipped_answer(study: Study[A]) -> A | None:
    """The same, read."""
    raw = shipped(study)
    return None if raw is None else study.answer.from_bytes(raw)  # type: ignore[return-value]
