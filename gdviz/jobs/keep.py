"""Answers of background work that a later session may ask for again."""

from __future__ import annotations

import contextlib
from pathlib import Path

from gdviz.errors import GdvizError
from gdviz.store import SceneStore


def kept(root: str, key: str, answer: bytes) -> bytes:
    """Write an answer into the store at `root`, and return it.

    A store that refuses loses only the copy: the page has the answer.
    """
    with contextlib.suppress(GdvizError):
        SceneStore(Path(root)).write(key, answer)
    return answer
