"""``python -m gdviz.build_assets [KIND] [NAME ...] [--list]``."""

from __future__ import annotations

import contextlib
import sys

import typer

from gdviz.build_assets.manifest import KINDS, build, kind
from gdviz.errors import GdvizError


def main(
    chosen: str | None = typer.Argument(None, metavar="KIND", help=f"One of {', '.join(KINDS)}; all of them if not given."),
    names: list[str] = typer.Argument(None, metavar="NAME ...", help="These again; what is missing if not given."),
    listed: bool = typer.Option(False, "--list", help="Say what there is and what is missing, and make nothing."),
) -> None:
    """Make the assets that come with the program."""
    try:
        for each in [chosen] if chosen else KINDS:
            if listed:
                missing = kind(each).missing()
                for name in kind(each).names():
                    print(f"{each:12} {name}{'  (missing)' if name in missing else ''}")
            else:
                build(each, tuple(names or ()))
    except GdvizError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        typer.run(main)
