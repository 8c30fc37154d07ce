"""Where a command's Experiment comes from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gdviz.errors import GdvizError

if TYPE_CHECKING:
    from gdviz.experiment import Experiment

MAX_FILE = 64 << 20
"""Bytes of an Experiment file that are read."""


def read_experiment(source: str) -> Experiment:
    """An Experiment from ``preset:NAME`` or ``preset:NAME?sampler.steps=100``, an address of Explore, a file, or ``-``.

    Raises
    ------
    GdvizError
        If there is no such file or preset, or it is not an Experiment.
    """
    return read_source(source)[0]


def read_source(source: str) -> tuple[Experiment, str | None]:
    """The Experiment, and the preset that it starts from: None for a file or a whole scene. Errors as for `read_experiment`."""
    if source.startswith(("preset:", "http://", "https://")):
        return _from_address(source)
    name, text = ("standard input", _standard_input()) if source == "-" else (source, _contents(Path(source)))
    from gdviz.experiment import Experiment

    try:
        return Experiment.from_json(text), None
    except GdvizError as error:
        raise GdvizError(f"{name}: {error}") from None


def _from_address(text: str) -> tuple[Experiment, str | None]:
    """What an address holds; nobody is asked for it. What it has no use for is refused, as no page says so here."""
    from gdviz.export.address import from_text
    from gdviz.presets import load

    linked = from_text(text)
    if linked.remarks:
        raise GdvizError(linked.remarks[0].removesuffix("; the rest is used.") + ".")
    if linked.draft is None:
        return load(linked.preset or "").experiment, linked.preset
    from gdviz.experiment import Experiment

    return Experiment.parse(linked.draft), linked.preset


def _standard_input() -> bytes:
    text = sys.stdin.buffer.read(MAX_FILE + 1)
    if len(text) > MAX_FILE:
        raise GdvizError(f"standard input: found more than {MAX_FILE:,} bytes; an Experiment has at most so many.")
    return text


def _contents(path: Path) -> bytes:
    """A file's bytes, at most MAX_FILE of them."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE + 1)
    except OSError as error:
        from gdviz.presets import names

        hint = f" (did you mean preset:{path}?)" if str(path) in names() else ""
        raise GdvizError(f"{path}: {error.strerror or error}{hint}; give an Experiment file or preset:NAME.") from None
    except ValueError:  # a name with a null character
        raise GdvizError(f"{str(path)!r}: found no such file; give an Experiment file or preset:NAME.") from None
    if len(text) > MAX_FILE:
        raise GdvizError(f"{path}: found more than {MAX_FILE:,} bytes; an Experiment file has at most so many.")
    return text
