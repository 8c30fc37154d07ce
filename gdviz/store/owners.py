"""Whose a training is: the visitors who asked for it, beside the store's sections."""

from __future__ import annotations

import contextlib
from pathlib import Path

from gdviz.store.files import checked, refused, write_file


class Owners:
    """The owners of trainings and of the networks that came of them: ``owners/ID``, a visitor a line.

    Parameters
    ----------
    root : Path
        The store's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def of(self, id: str) -> frozenset[str]:
        """The visitors who own it; none for what was trained from a command line, or before owners were noted."""
        try:
            return frozenset(self._file(id).read_text(encoding="ascii").split())
        except (OSError, UnicodeDecodeError):
            return frozenset()

    def add(self, id: str, visitor: str) -> None:
        """Let a visitor own it too.

        Raises
        ------
        GdvizError
            If the disk refuses.
        """
        owners = self.of(id)
        if visitor not in owners:
            self._write(id, owners | {visitor})

    def withdraw(self, id: str, visitor: str) -> frozenset[str]:
        """A visitor no longer owns it; returns those who still do.

        Raises
        ------
        GdvizError
            If the disk refuses.
        """
        left = self.of(id) - {visitor}
        if left:
            self._write(id, left)
        else:
            self.forget(id)
        return left

    def forget(self, id: str) -> None:
        """Nobody owns it."""
        with contextlib.suppress(OSError):
            self._file(id).unlink()

    def _file(self, id: str) -> Path:
        return self._root / "owners" / checked(id)

    def _write(self, id: str, owners: frozenset[str]) -> None:
        try:
            write_file(self._file(id), "".join(f"{owner}\n" for owner in sorted(owners)).encode())
        except OSError as error:
            raise refused(error, self._root) from error
