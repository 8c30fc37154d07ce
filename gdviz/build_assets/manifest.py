"""The kinds of shipped assets, in the order in which they are made: later ones read earlier ones."""

from __future__ import annotations

import importlib
from typing import cast

from gdviz.build_assets._kind import AssetKind
from gdviz.errors import GdvizError

KINDS = ("guided-laws", "networks", "scenes", "answers", "weights", "digits")


def kind(name: str) -> AssetKind:
    """The module of a kind.

    Raises
    ------
    GdvizError
        If there is no such kind.
    """
    if name not in KINDS:
        raise GdvizError(f"assets: found the kind {name!r}; allowed: {', '.join(KINDS)}.")
    return cast(AssetKind, importlib.import_module(f"gdviz.build_assets.{name.replace('-', '_')}"))


def build(name: str, chosen: tuple[str, ...] = ()) -> None:
    """Make what is missing of a kind and prune it, or make the chosen ones again.

    Raises
    ------
    GdvizError
        If one of them does not exist.
    """
    made = kind(name)
    unknown = [each for each in chosen if each not in made.names()]
    if unknown:
        raise GdvizError(f"assets: found {unknown[0]!r} among {name}; allowed: {', '.join(made.names())}.")
    if not chosen:
        made.prune()
    for each in chosen or made.missing():
        print(f"{name}, {each}: {made.build(each)}", flush=True)
