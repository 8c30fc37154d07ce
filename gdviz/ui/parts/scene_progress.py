"""How far the scene of an Experiment is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SceneProgress:
    """How far the scene of an Experiment is.

    Attributes
    ----------
    digest : str or None
        The best scene there is: the whole one, or its preview.
    done : bool
        Nothing more will come.
    progress : float
        Share of the whole scene that is done.
    error : str or None
    words : str
        What is going on, when it is not the scene itself: a network is trained, others come first.
    stopped : bool
        The reader does not want more of it.
    """

    digest: str | None
    done: bool
    progress: float = 0.0
    error: str | None = None
    words: str = ""
    stopped: bool = False
