"""The address bar holds the scene: a preset by name, anything else compressed."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any

from gdviz.errors import GdvizError

MAX_TEXT = 1 << 20
"""Bytes of JSON a link may unfold to."""


def to_link(draft: Mapping[str, Any]) -> str:
    """An Experiment's dictionary as a short piece of address."""
    text = json.dumps(draft, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(zlib.compress(text, 9)).rstrip(b"=").decode()


def from_link(link: str) -> dict[str, Any]:
    """The dictionary behind a link.

    Raises
    ------
    GdvizError
        If the link is cut, damaged, or unfolds to more than a megabyte.
    """
    try:
        packed = base64.urlsafe_b64decode(link.encode() + b"=" * (-len(link) % 4))
        unfold = zlib.decompressobj()
        text = unfold.decompress(packed, MAX_TEXT)
        if unfold.unconsumed_tail or not unfold.eof:
            raise GdvizError(f"link: found one that is cut off or unfolds to more than {MAX_TEXT:,} bytes; copy it again.")
        value = json.loads(text)
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        if isinstance(error, GdvizError):
            raise
        raise GdvizError("link: found a damaged address; copy the whole link again.") from None
    if not isinstance(value, dict):
        raise GdvizError("link: found an address that holds no Experiment; copy the whole link again.")
    return value
