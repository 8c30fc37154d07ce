"""The noise of a run at an address of its own: the run's own numbers, bounded, kept by browsers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from asking import ask

from gdviz.diffusion import Moment, TileNoise
from gdviz.errors import GdvizError
from gdviz.server.noise_route import drawn, parsed


@pytest.mark.parametrize(("d", "particles"), [(1, 5), (2, 1100)])
def test_it_is_the_noise_that_a_run_draws(d: int, particles: int) -> None:
    """More particles, or more steps, are no other noise."""
    values = np.frombuffer(drawn(7, d, particles, 3), "<f4").reshape(4, particles, d)
    noise = TileNoise(7, d, 0, 1500, torch.float32)
    np.testing.assert_array_equal(values[0], noise.start()[:particles].numpy())
    moment = Moment(2, 0.4, 0.3, 0.6, 0.7, 100)
    np.testing.assert_array_equal(values[3], noise.step(moment)[:particles].numpy())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("0-3-10-10", "dimension 3"),
        ("0-0-10-10", "dimension 0"),
        ("0-2-1537-10", "particles 1537"),
        ("0-2-0-10", "particles 0"),
        ("0-2-10-401", "steps 401"),
        ("9999999999999999999-2-10-10", "seed 9999999999999999999"),
        ("00-2-10-10", "00-2-10-10"),
        ("0-2-10", "0-2-10"),
        ("-1-2-10-10", "-1-2-10-10"),
        ("1e3-2-10-10", "1e3-2-10-10"),
        ("٣-2-10-10", "allowed"),
        ("x" * 5000, "allowed"),
    ],
)
def test_an_address_beyond_the_bounds_is_refused_in_one_sentence(name: str, said: str) -> None:
    with pytest.raises(GdvizError) as refused:
        parsed(name)
    assert said in str(refused.value) and "allowed" in str(refused.value) and len(str(refused.value)) < 500


@pytest.mark.slow
def test_it_comes_as_bytes_that_may_be_kept(fenced) -> None:
    answer = ask(fenced.port, "/noise/7-2-20-3")
    assert answer.status == 200 and answer.body == drawn(7, 2, 20, 3)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    tag = answer.headers["etag"]
    again = ask(fenced.port, "/noise/7-2-20-3", If_None_Match=f"W/{tag}")
    assert (again.status, again.body) == (304, b"")
    refused = ask(fenced.port, "/noise/7-2-2000000-3")
    assert refused.status == 400 and refused.body == b"noise: found particles 2000000; allowed: 1 to 1536."
    assert ask(fenced.port, "/noise/7-2-20-3", method="POST").status == 405


@pytest.mark.slow
def test_below_a_path_it_has_both_addresses(proxied) -> None:
    assert ask(proxied.port, "/lab/noise/7-2-20-3").body == ask(proxied.port, "/noise/7-2-20-3").body == drawn(7, 2, 20, 3)
