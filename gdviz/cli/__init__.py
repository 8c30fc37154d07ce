"""The command line: one file a command; a new command edits no other file."""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import re
import sys
from typing import Annotated, NoReturn

import typer

from gdviz import __version__
from gdviz.cli._terminal import app, messages
from gdviz.errors import GdvizError, did_you_mean_point
from gdviz.tables import plain

STOPPED = 130
"""Exit code after Ctrl-C, as shells have it."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line.

    Exit codes: 0; 1 when the doctor finds something; 2 for what the reader got wrong, said in one sentence
    on stderr; 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without ± prints ?
    try:
        code = _answer(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # `gdviz presets | head -1`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


def _answer(arguments: list[str] | None) -> int:
    try:
        code = app(arguments, standalone_mode=False) or 0
        return _stopped() if code == STOPPED else code  # typer, unlike click, turns Ctrl-C into an exit code
    except GdvizError as error:
        messages.print(plain(f"gdviz: {error}"), style="red")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except Exception as error:
        # Wrong options, an unknown command, typer's Exit. Their classes live in click or in typer, which changed.
        if not hasattr(error, "exit_code"):
            raise
        if hasattr(error, "format_message"):
            command = getattr(getattr(error, "ctx", None), "command_path", "gdviz")
            said = _with_what_was_found(error.format_message().strip().rstrip("."), error)
            end = "" if said.endswith("?") else "."
            messages.print(plain(f"gdviz: {said[0].lower()}{said[1:]}{end} See {command} --help."), style="red")
        return int(error.exit_code)


def _with_what_was_found(said: str, error: Exception) -> str:
    """A refused option's sentence with the text that was given, which typer leaves out of some, and what it may have meant."""
    errors = getattr(error.__cause__ or error.__context__, "errors", None)
    value = errors()[0].get("input") if callable(errors) else None
    if isinstance(value, str):
        from gdviz.family import shown

        option, _, required = said.partition(", unable to parse")[0].partition(": ")
        return f"{option}: found {shown(value)}{did_you_mean_point(value)}; {required[:1].lower()}{required[1:]}"
    quoted = re.search(r"'([^']*)' is not a valid", said)
    return said + did_you_mean_point(quoted[1]) if quoted else said


def _stopped() -> int:
    messages.print("gdviz: stopped.")
    return STOPPED


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gdviz {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


for _module in pkgutil.iter_modules(__path__):
    if not _module.name.startswith("_"):
        importlib.import_module(f"{__name__}.{_module.name}")
