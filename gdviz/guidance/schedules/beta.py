"""A weight shaped like a beta density: none at either end, most in between."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gdviz.family import Card
from gdviz.guidance.schedules._progress import ProgressSchedule

Exponent = Annotated[float, Field(ge=1, le=20)]


class Beta(ProgressSchedule):
    """omega proportional to tau^(a - 1) (1 - tau)^(b - 1), tau the progress; mean 1 over the steps."""

    kind: Literal["beta"] = "beta"
    a: Annotated[Exponent, Field(description="Larger ones guide later.")] = 2.0
    b: Annotated[Exponent, Field(description="Larger ones let go earlier.")] = 2.0

    card = Card(
        title="Beta",
        idea="Guide in the middle of the denoising and let go smoothly at both ends.",
        formula="omega = tau^(a - 1) (1 - tau)^(b - 1) / its mean",
        citation="Malarz, Kasymov, Zięba, Tabor, Spurek 2025, arXiv 2502.10574 (its weight alone)",
    )
    examples = ({}, {"a": 3, "b": 1.5})

    def shape(self, progress: NDArray[np.float64]) -> NDArray[np.float64]:
        log_shape = (self.a - 1) * np.log(progress) + (self.b - 1) * np.log1p(-progress)  # [steps]
        return np.exp(log_shape - log_shape.max())
