"""gdviz: see and check what guidance does to a diffusion model.

``gdviz.run(experiment)`` runs an `gdviz.Experiment` and gives a `gdviz.Result`; `gdviz.stream` shows it
as it grows; `gdviz.check` holds an Experiment, or your own sampler, against what is known exactly, and `gdviz.compare`
guidance methods against each other. They are fetched when first used, so that importing the package does not wait for torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gdviz.comparison.compare import compare as compare
    from gdviz.errors import GdvizError as GdvizError
    from gdviz.experiment import Experiment as Experiment
    from gdviz.facts import check as check
    from gdviz.notebook import run as run
    from gdviz.notebook import stream as stream
    from gdviz.result import GivenScore as GivenScore
    from gdviz.result import Result as Result

_HOMES = {
    "Experiment": "gdviz.experiment",
    "GdvizError": "gdviz.errors",
    "GivenScore": "gdviz.result",
    "Result": "gdviz.result",
    "check": "gdviz.facts",
    "compare": "gdviz.comparison.compare",
    "run": "gdviz.notebook",
    "stream": "gdviz.notebook",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gdviz' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
