"""docs/design.md names what there is: every room and every seam of it, with its signature."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest
from test_architecture import FLOORS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
SEAM = re.compile(r"^\| `(gdviz\.[\w.]+)` \| (.*) \|$", flags=re.MULTILINE)
TABLE = PAGE.partition("| room |")[2].partition("\n\n")[0]
ROOMS = [name.rstrip("/") for name in re.findall(r"`(?:gdviz/)?(\w+(?:\.py|/))`", TABLE)]
CALL = re.compile(r"`(\w*)\(([^)]*)\)`")
SEAMS = SEAM.findall(PAGE)


def find(name: str) -> object:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def parameters(function: object) -> list[inspect.Parameter]:
    return [parameter for name, parameter in inspect.signature(function).parameters.items() if name != "self"]


@pytest.mark.parametrize("name, signatures", SEAMS, ids=[name for name, _ in SEAMS])
def test_a_seam_is_what_the_page_says(name, signatures):
    """The page names a function's first parameters, and all that have no default."""
    seam, calls = find(name), CALL.findall(signatures)
    assert calls
    for method, arguments in calls:
        written = [argument.strip() for argument in arguments.split(",") if argument.strip()]
        found = parameters(getattr(seam, method) if method else seam)
        required = [p.name for p in found if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        assert [p.name for p in found][: len(written)] == written, f"{name}.{method}"
        assert required == written[: len(required)], f"{name}.{method} requires more than the page says"


def test_the_table_has_its_seams():
    assert len(SEAMS) >= 20


def test_every_room_is_on_the_page_and_no_other():
    """Rooms that are built; those planned stand in the architecture test alone."""

    def is_built(room: str) -> bool:
        return (ROOT / "gdviz" / room).is_dir() or (ROOT / "gdviz" / f"{room}.py").exists()

    built = {room for floor in FLOORS for room in floor if is_built(room)}
    assert {room.removesuffix(".py") for room in ROOMS} - {"app", "pages", "__init__"} == built


def test_the_rooms_stand_in_the_order_of_the_floors():
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    numbers = [floor[name] for room in ROOMS if (name := room if room in floor else room.removesuffix(".py")) in floor]
    assert len(numbers) > 25
    assert numbers == sorted(numbers)
