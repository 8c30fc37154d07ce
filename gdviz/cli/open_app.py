"""gdviz app: the program in the browser."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from gdviz.cli._terminal import app
from gdviz.cli._where import Device, Scheduler, executor_at
from gdviz.errors import GdvizError


@app.command("app")
def open_app(
    host: Annotated[str, typer.Option(help="Address to listen on; 127.0.0.1 lets nobody else in.")] = "127.0.0.1",
    port: Annotated[str, typer.Option(metavar="PORT", help="First port to try; a used one moves on to the next.")] = "8501",
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A further name it goes by, such as a proxy's; may be repeated.")
    ] = None,
    embed_in: Annotated[
        list[str] | None, typer.Option(metavar="SITE", help="A site that may show it in a frame; may be repeated.")
    ] = None,
    base_path: Annotated[
        str | None, typer.Option(metavar="PATH", help="The path below which the pages lie, for a proxy that passes it on.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    plugin: Annotated[
        Path | None, typer.Option(metavar="FILE.py", help="A guidance rule of your own, which is run; on this machine only.")
    ] = None,
    device: Device = "auto",
    scheduler: Scheduler = None,
) -> None:
    """Open the program in the browser."""
    from gdviz.family import shown
    from gdviz.server import free_port, serve

    if not (port.isascii() and port.isdigit() and len(port) <= 9):
        raise GdvizError(f"port: found {shown(port)}; allowed: 1 to 65535.")
    if plugin is not None:
        _load(plugin, host, allow_host or (), scheduler)
    _settle_where(device, scheduler)
    first = free_port(host, int(port))
    serve(host, first, not no_browser, allow_host or (), embed_in or (), base_path)


def _load(plugin: Path, host: str, allow_host: Sequence[str], scheduler: str | None) -> None:
    """Run the reader's own file, once it is known that nobody else will."""
    from gdviz.plugin import load_plugin
    from gdviz.server import for_this_machine_only

    for_this_machine_only(host, allow_host)
    if scheduler:
        raise GdvizError("--plugin: found with --scheduler; a rule of your own runs on this machine only.")
    load_plugin(plugin)


def _settle_where(device: str, scheduler: str | None) -> None:
    """Tell the pages and their workers where to compute, once it is known to be there."""
    from gdviz.device import SETTING, far_device, pick_device

    with executor_at(scheduler):
        if scheduler:
            os.environ["GDVIZ_SCHEDULER"] = scheduler
            far_device(device)  # the workers have to have it, not this machine
        elif device != "auto" or SETTING in os.environ:
            pick_device(device)
    if device != "auto":
        os.environ[SETTING] = device
