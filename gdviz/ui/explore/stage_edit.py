"""What was edited on the stage: text from a browser, read as any text from outside."""

from __future__ import annotations

from typing import Any

from gdviz.errors import GdvizError
from gdviz.experiment import Experiment

MAX_TEXT = 4 << 20
"""Characters of an edited Experiment that are read."""

PARTS = ("target", "guidance", "measure")
"""What the stage edits; scores, sampler and run stay the page's own, which may have changed meanwhile."""


def read_stage_edit(text: Any, present: Experiment) -> Experiment:
    """The present Experiment with what was edited on the stage.

    Parameters
    ----------
    text : str
        JSON of an Experiment; anything else is refused.
    present : Experiment
        What is open.

    Raises
    ------
    GdvizError
        If the text is no Experiment, in one sentence.
    """
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        found = f"{len(text):,} characters" if isinstance(text, str) else type(text).__name__
        raise GdvizError(f"edit: found {found}; an Experiment as text of at most {MAX_TEXT:,} characters is read.")
    edited = Experiment.from_json(text)
    return Experiment.parse(present.model_dump(mode="json") | {part: edited.model_dump(mode="json")[part] for part in PARTS})
