"""GET noise/<seed>-<d>-<particles>-<steps>: the noise of a run's shown particles, for the live engine of the page.

Float32, little-endian, [steps + 1, particles, d]: the start, then each step's increments, as `TileNoise` draws them on the CPU.
They are a function of the four numbers, so the address may be kept for ever.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from gdviz.errors import GdvizError
from gdviz.family import shown

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

MOST_PARTICLES, MOST_STEPS, MOST_DIMENSION = 1536, 400, 2

_ADDRESS = re.compile(r"(\d{1,19})-(\d{1,3})-(\d{1,7})-(\d{1,7})", re.ASCII)
_FORM = "noise/<seed>-<dimension>-<particles>-<steps>"

KEPT = 6
"""Answers that are kept, at most 5 MB each."""


async def noise_bytes(request: Request) -> Response:
    """Immutable bytes; 304 for who has them, 400 in one sentence for an address beyond the bounds."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, Response

    name = request.path_params["of"]
    try:
        numbers = parsed(name)
    except GdvizError as error:
        return PlainTextResponse(str(error), status_code=400)
    tag = f'"noise-{name}"'
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": tag}
    if tag in {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(await run_in_threadpool(drawn, *numbers), media_type="application/octet-stream", headers=headers)


def parsed(name: str) -> tuple[int, int, int, int]:
    """Seed, dimension, particles and steps of an address.

    Raises
    ------
    GdvizError
        If it is of another form, or a number is beyond its bound.
    """
    match = _ADDRESS.fullmatch(name)
    if match is None or name != "-".join(str(int(part)) for part in match.groups()):  # one address for one noise
        raise GdvizError(f"noise: found {shown(name)}; allowed: {_FORM}, each a plain number.")
    seed, dimension, particles, steps = (int(part) for part in match.groups())
    bounds = (
        ("seed", seed, 0, 2**63 - 1), ("dimension", dimension, 1, MOST_DIMENSION),
        ("particles", particles, 1, MOST_PARTICLES), ("steps", steps, 1, MOST_STEPS),
    )  # fmt: skip
    for what, value, least, most in bounds:
        if not least <= value <= most:
            raise GdvizError(f"noise: found {what} {value}; allowed: {least} to {most}.")
    return seed, dimension, particles, steps


@lru_cache(maxsize=KEPT)
def drawn(seed: int, dimension: int, particles: int, steps: int) -> bytes:
    """The bytes, [steps + 1, particles, dimension]."""
    import torch

    from gdviz.diffusion import Moment, TileNoise

    noise = TileNoise(seed, dimension, 0, particles)
    # A step's noise depends on its number alone, so any levels do.
    increments = [noise.step(Moment(k, 0.5, 0.25, 0.5, 0.75, steps)) for k in range(steps)]  # [N, d] each
    values = torch.stack([noise.start(), *increments]).contiguous()  # [steps + 1, N, d]
    return values.numpy().astype("<f4", copy=False).tobytes()
