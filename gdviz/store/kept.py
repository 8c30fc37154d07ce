"""What a visitor keeps under names of their own: names of trainings, scenes. Small texts, in one file a visitor."""

from __future__ import annotations

import json
import threading
import unicodedata
from pathlib import Path

from gdviz.errors import GdvizError
from gdviz.store.files import checked, read_at_most, refused, write_file

LONGEST_NAME = 60
"""Characters of a name."""

MOST = 100
"""Things that a visitor keeps of one sort."""

MOST_BYTES = 4 << 20
"""Of one visitor's file; points of one's own make a scene large."""

_WRITING = threading.Lock()


def name_of(text: str) -> str:
    """A name as it is kept: on one line, without signs that cannot be seen.

    Raises
    ------
    GdvizError
        If it is too long.

    >>> name_of("  my   moons ")
    'my moons'
    """
    seen = "".join(sign if sign.isspace() or unicodedata.category(sign)[0] != "C" else "" for sign in text)
    name = " ".join(seen.split())
    if len(name) > LONGEST_NAME:
        raise GdvizError(f"name: found {len(name):,} characters; at most {LONGEST_NAME} are kept.")
    return name


class Kept:
    """Texts under names, one section a sort of things: ``kept/SECTION/VISITOR``.

    Parameters
    ----------
    root : Path
        The store's folder.
    section : str
    """

    def __init__(self, root: Path, section: str) -> None:
        self._root, self._section = root, checked(section)

    def of(self, visitor: str) -> dict[str, str]:
        """What a visitor keeps, the newest last; a damaged file counts as empty."""
        try:
            value = json.loads(read_at_most(self._file(visitor), MOST_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        texts = value.items() if isinstance(value, dict) else ()
        return {name: text for name, text in texts if isinstance(text, str)}

    def put(self, visitor: str, name: str, text: str) -> None:
        """Keep a text; it takes the place of what has that name, and none at all forgets it.

        Raises
        ------
        GdvizError
            If the visitor keeps too much, or the disk refuses.
        """
        with _WRITING:
            kept = self.of(visitor)
            kept.pop(name, None)
            if text:
                kept[name] = text
            if len(kept) > MOST:
                raise GdvizError(f"name: found {MOST} things kept already; remove one first.")
            data = json.dumps(kept).encode()
            if len(data) > MOST_BYTES:
                raise GdvizError(f"name: found {len(data):,} bytes to keep; at most {MOST_BYTES:,} are kept: remove some.")
            try:
                write_file(self._file(visitor), data)
            except OSError as error:
                raise refused(error, self._root) from error

    def _file(self, visitor: str) -> Path:
        return self._root / "kept" / self._section / checked(visitor)
