"""gdviz law: the guided sampler's law on a grid, without particles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdviz.cli._source import read_experiment
from gdviz.cli._terminal import STDOUT, app, bar, check_writable, console, messages, refused_by_the_disk
from gdviz.errors import GdvizError
from gdviz.tables import plain, plain_table

if TYPE_CHECKING:
    from gdviz.guided_law import GuidedLaw


@app.command()
def law(
    source: Annotated[
        str, typer.Argument(metavar="FILE|preset:NAME", help="An Experiment file, '-' for standard input, or a preset.")
    ],
    density: Annotated[Path | None, typer.Option("--density", help="Write the densities and their axes as .npz.")] = None,
) -> None:
    """Print the exact means over w and their errors, in one or two dimensions."""
    if density == STDOUT:
        raise GdvizError("--density: found '-'; an .npz file cannot be printed, so name a file.")
    if density is not None:
        check_writable(density)
    with bar():
        experiment = read_experiment(source)
        from gdviz.checkpoints import build_trained
        from gdviz.guided_law import guided_laws
        from gdviz.result import measured_reward

        built = build_trained(experiment)
        measured = measured_reward(experiment, built)
        laws = guided_laws(built.plan, built.sampler, built.levels, experiment.w, measured)
    title = built.plan.reward_title if measured is None else "r(x)"
    headings = ("w", f"mean {title}", "error", f"mean 1 / {title}", "error", "density, total variation", "mass")
    console().print(plain_table(headings, [_row(guided_law) for guided_law in laws]))
    console().print(plain("Errors: what refining the steps and the grid changes, and the mass that is not 1."), style="dim")
    if density is not None:
        with refused_by_the_disk():
            _write(density, laws)
        messages.print(plain(f"Wrote {density}."))


def _row(law: GuidedLaw) -> list[str]:
    means = (law.mean_reward, law.error_reward, law.mean_reciprocal, law.error_reciprocal)
    shown = ["-" if value is None else f"{value:.{digits}g}" for value, digits in zip(means, (7, 2, 7, 2), strict=True)]
    return [f"{law.w:g}", *shown, f"{law.error_density:.1g}", f"{law.mass:.6f}"]


def _write(path: Path, laws: tuple[GuidedLaw, ...]) -> None:
    """`w` [W], `density` [W, n_1, .., n_d] in float32, `axis_0` and so on."""
    import numpy as np

    axes: dict[str, Any] = {f"axis_{k}": axis.numpy() for k, axis in enumerate(laws[0].axes)}
    with path.open("wb") as file:
        density = np.stack([law.density.numpy() for law in laws]).astype(np.float32)
        np.savez_compressed(file, w=np.array([law.w for law in laws]), density=density, **axes)
