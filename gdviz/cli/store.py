"""gdviz store: what the program keeps on disk, and networks to and from other machines."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdviz.cli._terminal import app, bar, check_writable, console, messages
from gdviz.tables import plain

if TYPE_CHECKING:
    from gdviz.checkpoints import Library, TrainingRecord

store = typer.Typer(help="List, clear out, export and import what is kept on disk.", rich_markup_mode=None)
app.add_typer(store, name="store")


@store.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List networks, unfinished trainings and how much is kept."""
    with bar():
        from gdviz.checkpoints import Library

        library = Library()
        own = library.networks.names(shipped=False)
        lines = [_line(record, record.id in own, library) for record in library.records()]
        totals = _totals(library.root)
    _tell(library)
    if as_json:
        typer.echo(json.dumps({"root": str(library.root), "entries": lines, "bytes": totals}, indent=1, allow_nan=False))
        return
    from gdviz.tables import plain_table

    rows = [(line["id"][:12], line["state"], f"{line['step']:,}", _percent(line), line["title"]) for line in lines]
    if rows:
        console().print(plain_table(("id", "", "steps", "score error", "what it learned"), rows))
    kept = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in totals.items())
    console().print(plain(f"{library.root}: {kept or 'nothing is kept'}."))


@store.command()
def gc(
    to: Annotated[float | None, typer.Option("--to", metavar="MB", help="Keep at most so many MB.", min=0)] = None,
) -> None:
    """Remove leftovers, and the least recently used of the rest beyond the store's bound."""
    from gdviz.store import SceneStore, default_root, evict, leftovers

    root = default_root()
    gone = [*leftovers(root), *evict(root, None if to is None else int(to * 1e6))]
    SceneStore(root).forget_keys()
    typer.echo(f"Removed {len(gone)} of what was kept, {sum(entry.size for entry in gone) / 1e6:.1f} MB.")


@store.command("export")
def export_(
    id: Annotated[str, typer.Argument(metavar="ID", help="A network's id, or its beginning.")],
    out: Annotated[Path, typer.Argument(metavar="FILE", help="FILE.zip, or FILE.safetensors for the weights alone.")],
) -> None:
    """Write a network into one file, for another machine."""
    check_writable(out)
    with bar():
        from gdviz.checkpoints import Library
        from gdviz.checkpoints.exchange import write_network

        library = Library()
        name = write_network(library, id, out)
    messages.print(plain(f"Wrote {out}: network {name}."))


@store.command("import")
def import_(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="What `gdviz store export` wrote.")],
) -> None:
    """Take a network from a file into the store."""
    with bar():
        from gdviz.checkpoints import Library
        from gdviz.checkpoints.exchange import read_network

        name = read_network(Library(), source)
    typer.echo(name)


def _line(record: TrainingRecord, own: bool, library: Library) -> dict[str, Any]:
    report = record.report
    state = ("network" if own else "shipped") if record.done else "running" if library.is_training(record.id) else "unfinished"
    return {
        "id": record.id,
        "state": state,
        "title": record.task.title,
        "step": 0 if report is None else report.step,
        "steps": record.task.steps,
        "score_error": None if report is None else report.score_error,
        "by_part": [] if report is None else [list(part) for part in report.by_part],
        "used": time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(record.written)),
    }


def _percent(line: dict[str, Any]) -> str:
    error = line["score_error"]
    worst = f" (largest of {len(line['by_part'])})" if len(line["by_part"]) > 1 else ""
    return f"{100 * error:.2f} %{worst}" if isinstance(error, float) else "-"


def _totals(root: Path) -> dict[str, int]:
    from gdviz.store import entries

    totals: dict[str, int] = {}
    for entry in entries(root):
        totals[entry.section] = totals.get(entry.section, 0) + entry.size
    return totals


def _tell(library: Library) -> None:
    for notice in library.notices:
        messages.print(plain(notice))
