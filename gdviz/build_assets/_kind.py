"""What a module of this room has."""

from __future__ import annotations

from typing import Protocol


class AssetKind(Protocol):
    """One kind of shipped asset: a module with these names."""

    KIND: str
    """On the command line."""

    FOLDER: str
    """Below assets/."""

    def names(self) -> list[str]:
        """Everything of this kind that the program ships."""
        ...

    def missing(self) -> list[str]:
        """Names whose asset is not there, or belongs to other numbers."""
        ...

    def build(self, name: str) -> str:
        """Make one again, in place; says in a few words what came out."""
        ...

    def prune(self) -> None:
        """Remove what nothing asks for any more."""
        ...
