"""The effects of scores' errors as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdviz.studies.robustness import Effect

MEANS = ("measured", "predicted", "accounted", "accounted_effect", "gap")
PAIRS = {"rewards": "reward", "reciprocals": "reciprocal"}


def effects_csv(answers: Iterable[tuple[str, Sequence[Effect]]]) -> str:
    """One line for each score and w; each mean with its standard error, empty where it is not known.

    Parameters
    ----------
    answers : iterable of (name of the score, its effects)
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [f"{which}_mean_{what}" for what in PAIRS.values() for which in ("exact", "wrong")]
    heads = [f"{head}{name}" for name in (*names, *MEANS) for head in ("", "se_")]
    steps = ("measured", "gap")
    changes = [f"step_change_{name}" for name in steps]
    writer.writerow(["score", "w", "particles", "nonfinite", "mean_moved", *heads, *changes])
    for name, rows in answers:
        for row in rows:
            means = [mean for key in PAIRS for mean in getattr(row, key)] + [getattr(row, key) for key in MEANS]
            moved = [getattr(row.steps, key, None) for key in steps]
            cells = [cell for value, error in means for cell in (value, error)]
            writer.writerow([name, row.w, row.particles, row.nonfinite, row.of, *cells, *moved])
    return out.getvalue()
