"""gdviz app: the program in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from gdviz.cli._terminal import app
from gdviz.errors import GdvizError


@app.command("app")
def open_app(
    host: Annotated[str, typer.Option(help="Address to listen on; 127.0.0.1 lets nobody else in.")] = "127.0.0.1",
    port: Annotated[str, typer.Option(metavar="PORT", help="First port to try; a used one moves on to the next.")] = "8501",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open the program in the browser."""
    from gdviz.family import shown
    from gdviz.server import free_port, serve

    if not (port.isascii() and port.isdigit() and len(port) <= 9):
        raise GdvizError(f"port: found {shown(port)}; allowed: 1 to 65535.")
    serve(host, free_port(host, int(port)), open_browser=not no_browser)
