"""The part of some bytes that a Range header asks for."""

from __future__ import annotations

import re

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def asked_part(header: str | None, size: int) -> range | None:
    """The positions asked for; None means all of them, an empty range that there are none.

    Several ranges at once, or what is no range, are answered with everything, as HTTP allows.

    Parameters
    ----------
    header : str, optional
        Such as ``bytes=0-99``, ``bytes=100-`` or ``bytes=-100`` (the last hundred).
    size : int
        How many bytes there are.
    """
    match = _ONE_RANGE.fullmatch((header or "").replace(" ", ""))
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)
