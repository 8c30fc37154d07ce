"""One running program behind a fence for the tests of this folder, and one that lies behind a proxy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from running_program import Program, running_program

FENCE = Path(__file__).parent / "fence"


@dataclass(frozen=True)
class Fenced:
    """A program from which nothing gets out, and the file that says what tried to."""

    program: Program
    dropped: Path

    @property
    def port(self) -> int:
        return self.program.port


@pytest.fixture(scope="session")
def fenced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fenced]:
    """`gdviz app` as it is started by default."""
    yield from _fenced(tmp_path_factory.mktemp("fenced"))


@pytest.fixture(scope="session")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fenced]:
    """Shown by a proxy as https://gdviz.example.org/lab/, and by a course's pages in a frame."""
    folder = tmp_path_factory.mktemp("proxied")
    settings = {"GDVIZ_BASE_PATH": "/lab", "GDVIZ_EMBED_IN": "https://course.example.org"}
    yield from _fenced(folder, ["--allow-host", "gdviz.example.org"], settings, base="/lab")


def _fenced(
    folder: Path, options: Sequence[str] = (), settings: Mapping[str, str] | None = None, base: str = ""
) -> Iterator[Fenced]:
    dropped = folder / "dropped.log"
    dropped.touch()
    with running_program(folder, options, {"FENCE_LOG": str(dropped), **(settings or {})}, [FENCE], base) as program:
        yield Fenced(program, dropped)
