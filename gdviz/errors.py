"""The one exception a reader can cause: a sentence that says what was found and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MAX_SENTENCE = 500
"""Characters of a refusal, whatever the input; what is longer loses its middle."""

MAX_WORD = 60
"""A longer word is no slip of the finger, and comparing it would take the server's time."""


class GdvizError(ValueError):
    """Something the reader asked for cannot be done.

    The message is one sentence without a traceback's jargon: which thing, what was found, what is
    allowed. The command line prints it and exits with 2, the pages show it beside the widget.
    """

    def __init__(self, sentence: str = "") -> None:
        super().__init__(bounded(sentence, MAX_SENTENCE))


def bounded(text: str, limit: int) -> str:
    """The text, or its beginning and its end where it is longer than `limit`."""
    if len(text) <= limit:
        return text
    end = limit // 3
    return f"{text[: limit - end - 5]} ... {text[-end:]}"


def did_you_mean(found: object, allowed: Iterable[str]) -> str:
    """`` (did you mean 'steps'?)`` where a short word is close to one that is allowed, else nothing."""
    if not isinstance(found, str) or len(found) > MAX_WORD:
        return ""
    close = difflib.get_close_matches(found, allowed, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
