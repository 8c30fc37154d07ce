"""gdviz share: a scene in every form that others can open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import typer

from gdviz.cli._source import read_source
from gdviz.cli._terminal import BarProgress, app, bar, check_writable, messages, refused_by_the_disk
from gdviz.errors import GdvizError
from gdviz.tables import plain

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

HERE = "http://localhost:8501/"


@app.command()
def share(
    source: Annotated[str, typer.Argument(metavar="FILE|preset:NAME|LINK", help="An Experiment file, '-', a preset or a link.")],
    out: Annotated[
        list[Path] | None, typer.Option("--out", help="Write NAME.html, .ipynb, .py, .png, .svg or .json; may be given again.")
    ] = None,
    at: Annotated[str, typer.Option("--at", help="The address of the program, for the link that is printed.")] = HERE,
    w: Annotated[float | None, typer.Option("--w", help="Guidance scale of the poster; the largest if left out.")] = None,
) -> None:
    """Print a scene's link, command and Python, or write it as a page, notebook, script or poster."""
    from gdviz.export.shared import DRAWN, FORMS, Shared

    for path in out or ():
        if path.suffix not in FORMS:
            raise GdvizError(f"--out: found {str(path)!r}; allowed: a name that ends in {', '.join(FORMS)}.")
        check_writable(path)
    with bar() as show:
        experiment, preset = read_source(source)
        if not out:
            _print(experiment, preset, at)
            return
        if w is not None and w not in experiment.all_w and any(path.suffix in DRAWN for path in out):
            computed = ", ".join(f"{value:g}" for value in experiment.all_w)
            raise GdvizError(f"--w: found {w:g}; the scene is computed at {computed}.")
        title = _title(preset)
        packed: list[bytes] = []

        def scene() -> bytes:  # once, whatever is written of it
            if not packed:
                packed.append(_scene(experiment, title, show))
            return packed[0]

        shared = Shared(experiment, title, scene, w)
        for path in out:
            data = shared.form(path.suffix)
            with refused_by_the_disk():
                path.write_bytes(data)
    for path in out:
        messages.print(plain(f"Wrote {path}, {FORMS[path.suffix]}."))


def _title(preset: str | None) -> str:
    from gdviz.presets import titles

    return titles().get(preset or "", "")


def _scene(experiment: Experiment, title: str, show: BarProgress) -> bytes:
    from gdviz.checkpoints import train_required
    from gdviz.player.build import scene_from_result
    from gdviz.player.scene import pack_scene
    from gdviz.result import run
    from gdviz.studies.scene import SHOWN, check_drawable

    check_drawable(experiment)
    for report in train_required(experiment):
        show(report.step / report.steps, f"Training the {report.title}")
    return pack_scene(scene_from_result(run(experiment, progress=show, frame_particles=SHOWN), title))


def _print(experiment: Experiment, preset: str | None, at: str) -> None:
    from gdviz.export.address import LONGEST, address_of
    from gdviz.export.lines import command_line, python_lines

    fields = address_of(experiment.model_dump(mode="json"), preset)
    link = f"none: it would be longer than {LONGEST:,} characters; --out scene.json writes the Experiment"
    if fields is not None:
        link = f"{at}?{urlencode(fields, safe=',:')}"
    typer.echo(f"Link:    {link}")
    typer.echo(f"Command: {command_line(experiment, preset)}")
    typer.echo(f"\n{python_lines(experiment)}")
