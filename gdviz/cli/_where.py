"""Where a command computes: the options that commands share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from gdviz.device import CHOICES

if TYPE_CHECKING:
    from gdviz.sweep_request import Executor

Device = Annotated[
    str,
    typer.Option("--device", metavar="|".join(CHOICES), help="What to compute on; auto takes GDVIZ_DEVICE, else the fastest."),
]

TrainingDevice = Annotated[
    str,
    typer.Option("--device", metavar="|".join(CHOICES), help="What to train on; auto takes GDVIZ_DEVICE, else the CPU."),
]

Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        envvar="GDVIZ_SCHEDULER",
        help="Compute on the Dask cluster at tcp://HOST:PORT instead of here.",
    ),
]


@contextlib.contextmanager
def executor_at(scheduler: str | None) -> Iterator[Executor | None]:
    """What runs sweeps: the cluster of that address while the block lasts, None (this process) without one."""
    if not scheduler:
        yield None
        return
    from gdviz.jobs.cluster import Cluster

    with Cluster(scheduler) as cluster:
        yield cluster.executor
