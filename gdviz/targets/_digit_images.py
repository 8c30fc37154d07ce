"""scikit-learn's 1797 images of hand-written digits, 8x8 pixels, and how they are shared out."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

import torch
from torch import Tensor

SIDE = 8
LABELS = tuple("0123456789")

Part = Literal["diffusion", "classifier", "test"]
PARTS: dict[Part, int] = {"diffusion": 899, "classifier": 500, "test": 398}
"""Images for the diffusion networks; for the classifier; and seen by none of them, to judge both by."""

SPLIT_SEED = 0


class DigitImages(NamedTuple):
    """Images x [n, 64], float64, row by row from the top, -1 for paper and 1 for ink; their digits [n], int64."""

    x: Tensor
    digit: Tensor


@cache
def digit_images(part: Part) -> DigitImages:
    """The images of one part. The same writers are in all three."""
    from sklearn.datasets import load_digits  # a second to import

    data = load_digits()
    images, digit = torch.from_numpy(data.data), torch.from_numpy(data.target)  # [1797, 64] from 0 to 16, [1797]
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(SPLIT_SEED))
    mine = dict(zip(PARTS, order.split(list(PARTS.values())), strict=True))[part]  # [n]
    return DigitImages(images[mine].double() / 8 - 1, digit[mine].long())
