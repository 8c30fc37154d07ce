"""The one exception a reader can cause: a sentence that says what was found and what is allowed."""

from __future__ import annotations

import difflib
import re
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


def did_you_mean(word: object, allowed: Iterable[str]) -> str:
    """`` (did you mean 'steps'?)`` where a short word is close to one that is allowed, else nothing."""
    if not isinstance(word, str) or len(word) > MAX_WORD:
        return ""
    close = difflib.get_close_matches(word, allowed, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def did_you_mean_point(text: str) -> str:
    """`` (did you mean 0.5? A comma separates numbers)`` for a number with a decimal comma, else nothing.

    >>> did_you_mean_point("0,5")
    ' (did you mean 0.5? A comma separates numbers)'
    >>> did_you_mean_point("0,5,1")
    ''
    """
    number = re.fullmatch(r"\s*([-+\u2212]?\d{1,20}),(\d{1,20})\s*", text[:MAX_WORD])
    return f" (did you mean {number[1]}.{number[2]}? A comma separates numbers)" if number else ""


def listed(names: Iterable[str], count: int | None = None, room: int = 240) -> str:
    """Names for a message, as many as have room, and how many more there are.

    >>> listed(["a", "b"])
    'a, b'
    >>> listed((str(k) for k in range(1000)), 1000, room=10)
    '0, 1, 2, 3 and 996 more'

    Parameters
    ----------
    names : iterable of str
    count : int, optional
        How many there are, so that the rest need not be made.
    room : int
        Characters.
    """
    told: list[str] = []
    left, rest = room, iter(names)
    for name in rest:
        left -= len(name) + 2
        if left < 0:
            more = (count if count is not None else len(told) + 1 + sum(1 for _ in rest)) - len(told)
            return f"{', '.join(told)} and {more:,} more" if told else f"{more:,} with long names"
        told.append(name)
    return ", ".join(told)
