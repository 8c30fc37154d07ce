"""What a reader sees of Markdown that shows words as typed."""

from __future__ import annotations

import re


def as_read(markdown: str) -> str:
    """What is left when Markdown takes its backslashes and the quotes of code away."""
    return re.sub(r"`([^`]+)`|\\([!-/:-@\[-`{-~])", lambda found: found[1] or found[2], markdown)
