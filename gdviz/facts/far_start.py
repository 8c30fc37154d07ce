"""The facts of an Experiment by name: where none can be compared, nothing is simulated for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gdviz.facts.known import Known
from gdviz.guidance import Plan


def names_of(known: Known, plan: Plan, w: Sequence[float]) -> Iterator[str]:
    """What would be compared, for the positive w of the Experiment's own among others."""
    yield from (f"E {mean.name} at w = 0" for mean in known.means_w0)
    yield f"w = 0 samples {plan.unguided.name}"
    if known.special_law is not None:
        yield f"w = {known.special_w:g} samples {known.special_law.name}"
    elif plan.toward is not None:
        yield "the law at w = 1 or -1"
    if known.special_mean is not None and known.special_w is not None:
        yield f"E r at w = {known.special_w:g}"
    yield f"d/dw E {known.f} at w = 0"
    yield "path KL / w² near w = 0"
    yield f"E {known.f_t} constant along w = 0"
    along, moves = [value for value in w if value > 0], "falls" if known.sign < 0 else "rises"
    estimable = known.baseline is not None and known.heavy is None and known.unit_noise
    if estimable and known.plain:
        yield from (f"E {known.f_t} {moves} along w = {value:g}" for value in along)
        yield from (f"identity for E {known.f} at w = {value:g}" for value in along)
        return
    if estimable:
        yield f"E {known.f_t} {moves} for w > 0"
    yield "improvement identity"
