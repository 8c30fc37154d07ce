"""The logarithm of a sum of exponentials is torch's own, to the last bit, without its denormal numbers."""

from __future__ import annotations

import pytest
import torch

from gdviz.laws.posterior import log_sum


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("spread", [1.0, 30.0, 300.0, 3000.0])
def test_it_is_torchs_logsumexp_to_the_last_bit(dtype: torch.dtype, spread: float) -> None:
    logits = spread * torch.randn(180, 1024, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).to(dtype)
    assert torch.equal(log_sum(logits.clone()), torch.logsumexp(logits, 0))


def test_what_is_infinite_or_no_number_stays_so() -> None:
    inf, nan = torch.inf, torch.nan
    logits = torch.tensor([[-inf, inf, nan, -inf, 0.0], [-inf, 0.0, 0.0, 1.0, inf]])
    assert torch.equal(log_sum(logits.clone()).nan_to_num(nan=7.0), torch.logsumexp(logits, 0).nan_to_num(nan=7.0))


def test_a_gradient_that_is_asked_for_is_there() -> None:
    logits = torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1), requires_grad=True)
    log_sum(logits).sum().backward()
    assert torch.allclose(logits.grad, torch.softmax(logits.detach(), 0))
