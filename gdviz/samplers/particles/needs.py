"""What a sampler asks of a plan whose reward it takes to the power w."""

from __future__ import annotations

from gdviz.errors import GdvizError
from gdviz.guidance import Plan


def check_reward(kind: str, plan: Plan) -> None:
    """Refuse a plan without a reward, or with a rule whose law has no name: the sampler aims at p r^w / E r^w.

    Raises
    ------
    GdvizError
        In one sentence.
    """
    if plan.reward is None:
        raise GdvizError(f"sampler: found {kind!r} without a label or a reward; particles are weighed by one of them.")
    if not plan.constant:
        raise GdvizError(
            f"sampler: found {kind!r} with a guidance method or schedule of its own rule; "
            "it takes cfg or reward guidance with a constant weight, whose law it aims at."
        )
