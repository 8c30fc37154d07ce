"""gdviz bench: a method on a benchmark's scenes, and entries ranked by scene."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gdviz.cli._terminal import app, bar, check_writable, console, messages, refused_by_the_disk
from gdviz.errors import GdvizError

if TYPE_CHECKING:
    from gdviz.bench import BenchEntry, Definition


@app.command()
def bench(
    benchmark: Annotated[str, typer.Argument(metavar="BENCHMARK", help="Which one: guidance2d-v1.")],
    method: Annotated[
        str | None,
        typer.Argument(metavar="METHOD", help="A Python file of your own, which is run, or a method of gdviz compare --list."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the entry here; NAME.json by default.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Tiny budgets, to see that a file works; it is no entry.")] = False,
    results: Annotated[
        Path | None, typer.Option("--results", metavar="FOLDER", help="Print a folder's entries as Markdown, ranked by scene.")
    ] = None,
) -> None:
    """Enter a guidance method in a benchmark: exact goals, equal budgets, several seeds; one JSON and one card."""
    from gdviz.bench import find_definition

    definition = find_definition(benchmark)
    if results is not None:
        if method is not None or out is not None:
            raise GdvizError("--results: found with a METHOD or --out; it reads entries that are there.")
        typer.echo(_page(definition, results, quick), nl=False)
    elif method is None:
        _describe(definition)
    else:
        _enter(definition, method, out, quick)


def _enter(definition: Definition, method: str, out: Path | None, quick: bool) -> None:
    file = out or Path(f"{Path(method).stem}{'-quick' if quick else ''}.json")
    check_writable(file)
    with bar() as show:
        from gdviz.bench.entry import find_entrant, run_entry

        entry = run_entry(definition, find_entrant(method), quick, show)
    with refused_by_the_disk():
        file.write_bytes(entry.to_json() + b"\n")
    messages.print(f"Wrote {file}.")
    _print(definition, entry)


def _page(definition: Definition, folder: Path, quick: bool) -> str:
    from gdviz.bench.entry import read_entry
    from gdviz.bench.ranking import results_page

    if not folder.is_dir():
        raise GdvizError(f"{str(folder)[:120]}: found no folder; give one with entries, as gdviz bench writes them.")
    files = sorted(folder.glob("*.json"))
    if not files:
        raise GdvizError(f"{folder}: found no entry (*.json) in it; gdviz bench {definition.name} METHOD writes one.")
    entries = [read_entry(file, definition) for file in files]
    for file, entry in zip(files, entries, strict=True):
        if entry.quick != quick:
            wrong = "a quick run, which is no entry" if entry.quick else "an entry, which is no quick run"
            raise GdvizError(f"{file}: found {wrong}; leave it out{'' if quick else ', or give --quick to see quick runs'}.")
    return results_page(definition, entries)


def _describe(definition: Definition) -> None:
    from gdviz.tables import plain, plain_table

    terminal = console()
    budgets = ", ".join(str(budget) for budget in definition.budgets)
    terminal.print(plain(f"{definition.name}, sha256 {definition.digest}"), style="bold")
    lines = [(scene.name, f"{scene.w:g}", scene.title) for scene in definition.scenes]
    terminal.print(plain_table(("scene", "w", "what it is"), lines))
    words = f"{budgets} network evaluations a sample, {definition.seeds} seeds of {definition.particles:,} samples. "
    terminal.print(plain(f"{words}Enter with: gdviz bench {definition.name} my_method.py (docs/benchmark.md)."))


def _print(definition: Definition, entry: BenchEntry) -> None:
    from gdviz.bench.card import HEADINGS, card_lines, sentence
    from gdviz.tables import plain, plain_table

    terminal = console()
    what = f"{entry.benchmark} {entry.definition[:16]}"
    terminal.print(plain(f"{entry.title} on {what}{': a quick run, no entry' if entry.quick else ''}"), style="bold")
    if entry.about:
        terminal.print(plain(entry.about), style="italic")
    terminal.print(plain_table(HEADINGS, [[line[name] for name in HEADINGS] for line in card_lines(definition, entry)]))
    terminal.print(plain(sentence(entry)))
    words = f"± is half of the 95 % interval over seeds (Student's t). {entry.made_with}; {entry.seconds:.1f} s."
    terminal.print(plain(words), style="dim")
